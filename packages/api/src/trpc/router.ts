import {
  limits,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
} from '@restage/contract';
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
  quoteGeneration,
  startGeneration,
  watchGeneration,
} from '@restage/core';
import { catalogue, fail, isErrorCode, isFailure } from '@restage/errors';
import {
  initTRPC,
  type TRPCMutationProcedure,
  type TRPCQueryProcedure,
  type TRPCSubscriptionProcedure,
  tracked,
} from '@trpc/server';
import type { RequestContext } from '../context.ts';
import { type Implementation, implement } from '../implement.ts';
import type { StreamEvent } from '../stream-event.ts';
import { FailureError, failureOf } from './failure-error.ts';
import { transformer } from './transformer.ts';
import { within } from './within.ts';

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
  sse: { ping: { enabled: true, intervalMs: limits.keepAliveSeconds * 1000 } },
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

/** With the store down or stuck, a caller has an answer this soon, and nothing gets by unmetered. */
const guardMilliseconds = 1000;

/**
 * Requests of one process that may wait for key and rate at once. Those over it are turned away at once: queued, they
 * would be given up before their turn, and the work done for them then would keep all others waiting as well.
 */
const waitersAtMost = 256;

/** How many wait, by what the requests of a process have in common. */
const waiters = new WeakMap<RequestContext['keys'], number>();

async function admitInTurn(ctx: RequestContext, kind: 'query' | 'mutation') {
  const count = waiters.get(ctx.keys) ?? 0;
  if (count >= waitersAtMost) throw new Error(`${count} requests wait for the database already`);
  waiters.set(ctx.keys, count + 1);
  try {
    return await admit(ctx, kind);
  } finally {
    waiters.set(ctx.keys, (waiters.get(ctx.keys) ?? 1) - 1);
  }
}

async function admit(ctx: RequestContext, kind: 'query' | 'mutation') {
  const account = await authenticate(ctx, ctx.credentials);
  if (isFailure(account)) return account;
  const known: AccountContext = { ...ctx, account };
  return (await meterRequest(known, kind)) ?? simulatedFailure(known) ?? known;
}

/** The failure that a test-mode caller asks for, so that its handling can be tested: any code of the catalogue. */
function simulatedFailure({ account, simulate }: AccountContext) {
  if (account.mode !== 'test' || !isErrorCode(simulate)) return undefined;
  const waits = catalogue[simulate].status === 429;
  return fail(simulate, `Simulated, as x-restage-simulate asked: ${catalogue[simulate].meaning}`, {
    ...(waits && { retryAfter: 1, limit: { name: 'simulated', quota: 1 } }),
  });
}

/** Key, then rate: what stands before every procedure, in the contract's order. */
const guarded = t.procedure.use(async ({ ctx, type, next }) => {
  const known = await within(guardMilliseconds, admitInTurn(ctx, type === 'mutation' ? 'mutation' : 'query'));
  if (isFailure(known)) throw new FailureError(known);
  return next({ ctx: known });
});

type BuiltProcedure<Name extends ProcedureName> = {
  query: TRPCQueryProcedure<{ input: Sent<Name>; output: ProcedureOutput<Name>; meta: object }>;
  mutation: TRPCMutationProcedure<{ input: Sent<Name>; output: ProcedureOutput<Name>; meta: object }>;
  subscription: TRPCSubscriptionProcedure<{
    input: Sent<Name>;
    output: AsyncIterable<StreamEvent<ProcedureOutput<Name>>>;
    meta: object;
  }>;
}[(typeof procedures)[Name]['kind']];

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
  const resolve = async (options: Resolving): Promise<unknown> => {
    const { ctx, signal } = options;
    const result = await verb({ ...ctx, signal }, options.input as Parameters<typeof verb>[1]);
    if (isFailure(result)) throw new FailureError(result);
    return kind === 'subscription' ? track(result as AsyncIterable<StreamEvent<unknown>>) : result;
  };
  const procedure = input === undefined ? guarded : guarded.input(parse);
  const build: Record<typeof kind, () => unknown> = {
    query: () => procedure.query(resolve),
    mutation: () => procedure.mutation(resolve),
    // tRPC awaits what a resolver gives before it asks for the first event, so a failure is not one of the events.
    subscription: () => guarded.input(parse).subscription(resolve as (options: Resolving) => never),
  };
  return build[kind]() as BuiltProcedure<Name>;
}

interface Resolving {
  readonly ctx: AccountContext;
  readonly input: unknown;
  readonly signal: AbortSignal | undefined;
}

/** The events as tRPC sends them, each with its id. */
async function* track(events: AsyncIterable<StreamEvent<unknown>>) {
  for await (const { id, data } of events) yield tracked(id, data);
}

/** The procedures, one line each. */
export const router = t.router({
  uploads: {
    create: build(implement('uploads.create', createUpload)),
  },
  generations: {
    start: build(implement('generations.start', startGeneration)),
    get: build(implement('generations.get', getGeneration)),
    quote: build(implement('generations.quote', quoteGeneration)),
    watch: build(implement('generations.watch', watchGeneration)),
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
