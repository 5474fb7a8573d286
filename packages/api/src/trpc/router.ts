import {
  limits,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
} from '@restage/contract';
import type { AccountContext } from '@restage/core';
import { isFailure } from '@restage/errors';
import {
  initTRPC,
  type TRPCMutationProcedure,
  type TRPCQueryProcedure,
  type TRPCSubscriptionProcedure,
  tracked,
} from '@trpc/server';
import { admit } from '../admit.ts';
import type { RequestContext } from '../context.ts';
import type { Implementation } from '../implement.ts';
import { implementations } from '../implementations.ts';
import { parseInput } from '../perform.ts';
import type { StreamEvent } from '../stream-event.ts';
import { FailureError, failureOf, toErrorData } from './failure-error.ts';
import { transformer } from './transformer.ts';

const t = initTRPC.context<RequestContext>().create({
  transformer,
  isDev: false,
  sse: { ping: { enabled: true, intervalMs: limits.keepAliveSeconds * 1000 } },
  errorFormatter({ shape, error, ctx }) {
    const failure = failureOf(error);
    // There is no context yet where a call can't be read, and such errors are answered without tRPC.
    const request = { requestId: ctx?.requestId ?? '', publicUrl: ctx?.publicUrl ?? '' };
    const data = toErrorData(failure, request);
    return { ...shape, message: failure.message, data: { ...shape.data, error: data } };
  },
});

/** Key, then rate: what stands before every procedure, in the contract's order. */
const guarded = t.procedure.use(async ({ ctx, type, next }) => {
  if (ctx.ended) throw ctx.ended.thrown;
  const known = await admit(ctx, type);
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

/** tRPC's word for an input that may be left out. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is what lets the client call with no argument
type NoInput = void;

/** What a caller sends: nothing, where a procedure takes nothing; something or nothing, where it needs nothing. */
type Sent<Name extends ProcedureName> =
  ProcedureInput<Name> extends undefined
    ? NoInput
    : Record<never, never> extends ProcedureInput<Name>
      ? ProcedureInput<Name> | NoInput
      : ProcedureInput<Name>;

/** The tRPC procedure of a row and its verb. */
function build<Name extends ProcedureName>({ name, verb }: Implementation<Name>): BuiltProcedure<Name> {
  const { input, kind } = procedures[name];
  // A failure is an input to tRPC, and is thrown by the resolver: what a parser throws, tRPC makes a 400 of.
  const parse = (sent: unknown) => parseInput(name, sent);
  const resolve = async (options: Resolving): Promise<unknown> => {
    const { ctx, signal } = options;
    if (isFailure(options.input)) throw new FailureError(options.input);
    const result = await verb({ ...ctx, signal: () => signal }, options.input as Parameters<typeof verb>[1]);
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

/** The procedures. */
export const router = t.router({
  uploads: {
    create: build(implementations['uploads.create']),
  },
  generations: {
    start: build(implementations['generations.start']),
    get: build(implementations['generations.get']),
    quote: build(implementations['generations.quote']),
    watch: build(implementations['generations.watch']),
    list: build(implementations['generations.list']),
    cancel: build(implementations['generations.cancel']),
  },
  account: {
    info: build(implementations['account.info']),
    billing: build(implementations['account.billing']),
  },
});

/** The router's type: all that a tRPC client needs of the server. */
export type AppRouter = typeof router;

/** Calls the router directly, in-process, with the same checks as over the wire. */
export const createCaller = t.createCallerFactory(router);
