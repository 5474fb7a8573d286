import { type ProcedureInput, type ProcedureName, type ProcedureOutput, procedures } from '@restage/contract';
import {
  type AccountContext,
  accountBilling,
  accountInfo,
  authenticate,
  cancelGeneration,
  createUpload,
  getGeneration,
  listGenerations,
  meterRequest,
  startGeneration,
} from '@restage/core';
import { catalogue, isFailure } from '@restage/errors';
import { initTRPC, type TRPCMutationProcedure, type TRPCQueryProcedure } from '@trpc/server';
import type { RequestContext } from '../context.ts';
import { type Implementation, implement } from '../implement.ts';
import { FailureError, failureOf } from './failure-error.ts';
import { transformer } from './transformer.ts';

/** What an error of a procedure carries over tRPC, as `data.error`. */
export interface ErrorData {
  readonly code: string;
  readonly message: string;
  readonly param?: string;
  readonly requestId: string;
  readonly docUrl: string;
  readonly retryable: boolean;
}

const t = initTRPC.context<RequestContext>().create({
  transformer,
  isDev: false,
  errorFormatter({ shape, error, ctx }) {
    const failure = failureOf(error);
    const data: ErrorData = {
      code: failure.code,
      message: failure.message,
      ...(failure.param !== undefined && { param: failure.param }),
      requestId: ctx?.requestId ?? '',
      docUrl: `${ctx?.publicUrl ?? ''}/errors#${failure.code}`,
      retryable: catalogue[failure.code].retryable,
    };
    return { ...shape, message: failure.message, data: { ...shape.data, error: data } };
  },
});

/** Key, then rate: what stands before every procedure, in the contract's order. */
const guarded = t.procedure.use(async ({ ctx, type, next }) => {
  const account = await authenticate(ctx, ctx.credentials);
  if (isFailure(account)) throw new FailureError(account);
  const known: AccountContext = { ...ctx, account };
  const refusal = await meterRequest(known, type === 'mutation' ? 'mutation' : 'query');
  if (refusal) throw new FailureError(refusal);
  return next({ ctx: known });
});

type BuiltProcedure<Name extends ProcedureName> = (typeof procedures)[Name]['kind'] extends 'query'
  ? TRPCQueryProcedure<{ input: Sent<Name>; output: ProcedureOutput<Name>; meta: object }>
  : TRPCMutationProcedure<{ input: Sent<Name>; output: ProcedureOutput<Name>; meta: object }>;

/** tRPC says void where a procedure takes nothing. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is what lets the client call with no argument
type Sent<Name extends ProcedureName> = ProcedureInput<Name> extends undefined ? void : ProcedureInput<Name>;

/** The tRPC procedure of a row and its verb. */
function build<Name extends ProcedureName>({ name, verb }: Implementation<Name>): BuiltProcedure<Name> {
  const { input, kind } = procedures[name];
  const parse = (sent: unknown) => {
    const accepted = input?.parse(sent);
    if (isFailure(accepted)) throw new FailureError(accepted);
    return accepted;
  };
  const resolve = async (options: { ctx: AccountContext; input: unknown }) => {
    const result = await verb(options.ctx, options.input as Parameters<typeof verb>[1]);
    if (isFailure(result)) throw new FailureError(result);
    return result;
  };
  const procedure = input === undefined ? guarded : guarded.input(parse);
  const built: unknown = kind === 'query' ? procedure.query(resolve) : procedure.mutation(resolve);
  return built as BuiltProcedure<Name>;
}

/** The procedures, one line each. */
export const router = t.router({
  uploads: {
    create: build(implement('uploads.create', createUpload)),
  },
  generations: {
    start: build(implement('generations.start', startGeneration)),
    get: build(implement('generations.get', getGeneration)),
    list: build(implement('generations.list', listGenerations)),
    cancel: build(implement('generations.cancel', cancelGeneration)),
  },
  account: {
    info: build(implement('account.info', accountInfo)),
    billing: build(implement('account.billing', accountBilling)),
  },
});

/** The router's type: all that a tRPC client needs of the server. */
export type AppRouter = typeof router;

/** Calls the router directly, in-process, with the same checks as over the wire. */
export const createCaller = t.createCallerFactory(router);
