import {
  limits,
  listProcedureErrors,
  type ProcedureErrorCode,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedures,
} from '@restage/contract';
import { type ErrorCode, fail, isFailure } from '@restage/errors';
import {
  initTRPC,
  TRPCError,
  type TRPCMutationProcedure,
  type TRPCQueryProcedure,
  type TRPCSubscriptionProcedure,
  tracked,
} from '@trpc/server';
import type { RequestContext } from '../context.ts';
import { type Call, callProcedure } from '../pipeline/pipeline.ts';
import type { StreamEvent } from '../stream-event.ts';
import { toErrorData } from './error-body.ts';
import { FailureError, findCarriedFailure, toFailure } from './failure-error.ts';
import { transformer } from './transformer.ts';

/** Metadata of each procedure, at run time and in its type. */
interface ProcedureMeta<Code extends ErrorCode = ErrorCode> {
  /** Exactly the error codes that it can fail with. */
  readonly errorCodes: readonly Code[];
}

const t = initTRPC
  .context<RequestContext>()
  .meta<ProcedureMeta>()
  .create({
    transformer,
    isDev: false,
    sse: { ping: { enabled: true, intervalMs: limits.keepAliveSeconds * 1000 } },
    errorFormatter({ shape, error, ctx, path }) {
      const failure = toFailure(error, path);
      // A call that can't be read has no context. `mountTrpc` replaces its response.
      const request = { requestId: ctx?.requestId ?? '', publicUrl: ctx?.publicUrl ?? '' };
      const data = toErrorData(failure, request);
      return { ...shape, message: failure.message, data: { ...shape.data, error: data } };
    },
  });

/** Runs the pipeline as tRPC's only middleware, and passes its result to the resolver. */
const procedure = t.procedure.use(async ({ ctx, path, signal, getRawInput, next }) => {
  const read = () => readInput(getRawInput);
  const result = await callProcedure(path as ProcedureName, ctx, {
    transport: 'trpc',
    read,
    signal: () => signal,
  });
  if (isFailure(result)) throw new FailureError(result);
  return next({ ctx: { result } });
});

/** Reads a call's input. For a mutation, that is the request's body. */
async function readInput(getRawInput: () => Promise<unknown>): ReturnType<Call['read']> {
  try {
    return { value: await getRawInput() };
  } catch (error) {
    const failure = findCarriedFailure(error);
    if (failure?.code === 'INVALID_REQUEST' || failure?.code === 'PAYLOAD_TOO_LARGE') return failure;
    // tRPC's own error, with any code.
    if (error instanceof TRPCError) return fail('INVALID_REQUEST', 'The input must be valid JSON.');
    throw error;
  }
}

/** tRPC's type for an optional input. */
// biome-ignore lint/suspicious/noConfusingVoidType: it lets the client call without an argument
type NoInput = void;

/** The input that a caller passes: none if the procedure has none, and optional if it requires no field. */
type CallerInput<Name extends ProcedureName> =
  ProcedureInput<Name> extends undefined
    ? NoInput
    : Record<never, never> extends ProcedureInput<Name>
      ? ProcedureInput<Name> | NoInput
      : ProcedureInput<Name>;

// The parts are not named types, so that the published declaration contains the types of each procedure, and needs neither
// the table nor zod.
type BuiltProcedure<Name extends ProcedureName> = {
  query: TRPCQueryProcedure<{
    input: CallerInput<Name>;
    output: ProcedureOutput<Name>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
  mutation: TRPCMutationProcedure<{
    input: CallerInput<Name>;
    output: ProcedureOutput<Name>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
  subscription: TRPCSubscriptionProcedure<{
    input: CallerInput<Name>;
    output: AsyncIterable<StreamEvent<ProcedureOutput<Name>>>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
}[(typeof procedures)[Name]['kind']];

/** Builds the tRPC procedure of a row of the table. The pipeline runs the verb, so the resolver only returns its result. */
function buildProcedure(name: ProcedureName) {
  const built = procedure.meta({ errorCodes: listProcedureErrors(name) });
  const build = {
    query: () => built.query(({ ctx }) => ctx.result),
    mutation: () => built.mutation(({ ctx }) => ctx.result),
    subscription: () =>
      built.subscription(({ ctx }) => trackEvents(ctx.result as AsyncIterable<StreamEvent<unknown>>)),
  };
  return build[procedures[name].kind]();
}

/** Converts events to tRPC's format, with ids. */
async function* trackEvents(events: AsyncIterable<StreamEvent<unknown>>) {
  for await (const { id, data } of events) yield tracked(id, data);
}

type Entity<Name extends string = ProcedureName> = Name extends `${infer E}.${string}` ? E : never;
type VerbName<E extends string, Name extends string = ProcedureName> = Name extends `${E}.${infer V}`
  ? V
  : never;

/** Builds the router's procedures from the table, grouped as tRPC needs them: `generations.get` is `get` of `generations`. */
function buildProcedures() {
  const groups: Record<string, Record<string, ReturnType<typeof buildProcedure>>> = {};
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    const [entity, verb] = name.split('.') as [string, string];
    groups[entity] = { ...groups[entity], [verb]: buildProcedure(name) };
  }
  // The loop and the type both follow from the names in the table.
  return groups as unknown as {
    [E in Entity]: {
      [V in VerbName<E>]: `${E}.${V}` extends infer Name extends ProcedureName ? BuiltProcedure<Name> : never;
    };
  };
}

/** The router of all procedures. */
export const router = t.router(buildProcedures());

/** The router's type, which is all that a tRPC client needs. */
export type AppRouter = typeof router;

/** Creates a caller of the procedures in this process, with the same checks as over HTTP. */
export const createCaller = t.createCallerFactory(router);
