import {
  limits,
  type ProcedureErrorCode,
  type ProcedureInput,
  type ProcedureName,
  type ProcedureOutput,
  procedureErrors,
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
import { type Call, callProcedure } from '../pipeline.ts';
import type { StreamEvent } from '../stream-event.ts';
import { toErrorData } from './error-body.ts';
import { carriedFailure, FailureError, failureOf } from './failure-error.ts';
import { transformer } from './transformer.ts';

/** What each procedure of the router says of itself, at run time and in its type. */
interface ProcedureMeta<Code extends ErrorCode = ErrorCode> {
  /** Exactly the codes that it can fail with. */
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
      const failure = failureOf(error, path);
      // There is no context yet where a call can't be read, and such errors are answered without tRPC.
      const request = { requestId: ctx?.requestId ?? '', publicUrl: ctx?.publicUrl ?? '' };
      const data = toErrorData(failure, request);
      return { ...shape, message: failure.message, data: { ...shape.data, error: data } };
    },
  });

/** The pipeline, as tRPC's one middleware: what it gives is handed to the resolver. */
const procedure = t.procedure.use(async ({ ctx, path, signal, getRawInput, next }) => {
  const read = () => readInput(getRawInput);
  const result = await callProcedure(path as ProcedureName, ctx, { read, signal: () => signal });
  if (isFailure(result)) throw new FailureError(result);
  return next({ ctx: { result } });
});

/** Reads a call's input, which for a mutation is the request's body. */
async function readInput(getRawInput: () => Promise<unknown>): ReturnType<Call['read']> {
  try {
    return { value: await getRawInput() };
  } catch (error) {
    const failure = carriedFailure(error);
    if (failure?.code === 'INVALID_REQUEST' || failure?.code === 'PAYLOAD_TOO_LARGE') return failure;
    // tRPC's own complaint, whatever its code.
    if (error instanceof TRPCError) return fail('INVALID_REQUEST', 'The input is not valid JSON.');
    throw error;
  }
}

/** tRPC's word for an input that may be left out. */
// biome-ignore lint/suspicious/noConfusingVoidType: it is what lets the client call with no argument
type NoInput = void;

/** What a caller sends: nothing, where a procedure takes nothing; something or nothing, where it needs nothing. */
type SentInput<Name extends ProcedureName> =
  ProcedureInput<Name> extends undefined
    ? NoInput
    : Record<never, never> extends ProcedureInput<Name>
      ? ProcedureInput<Name> | NoInput
      : ProcedureInput<Name>;

// Written out, with no name for the parts: so the compiler writes each procedure's own types into the published
// declaration, which then needs neither the table nor zod.
type BuiltProcedure<Name extends ProcedureName> = {
  query: TRPCQueryProcedure<{
    input: SentInput<Name>;
    output: ProcedureOutput<Name>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
  mutation: TRPCMutationProcedure<{
    input: SentInput<Name>;
    output: ProcedureOutput<Name>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
  subscription: TRPCSubscriptionProcedure<{
    input: SentInput<Name>;
    output: AsyncIterable<StreamEvent<ProcedureOutput<Name>>>;
    meta: ProcedureMeta<{ [Code in ProcedureErrorCode<Name>]: Code }[ProcedureErrorCode<Name>]>;
  }>;
}[(typeof procedures)[Name]['kind']];

/** Builds the tRPC procedure of a row. Its verb runs in the pipeline, so the resolver only passes on what that gave. */
function buildProcedure(name: ProcedureName) {
  const built = procedure.meta({ errorCodes: procedureErrors(name) });
  const build = {
    query: () => built.query(({ ctx }) => ctx.result),
    mutation: () => built.mutation(({ ctx }) => ctx.result),
    subscription: () =>
      built.subscription(({ ctx }) => trackEvents(ctx.result as AsyncIterable<StreamEvent<unknown>>)),
  };
  return build[procedures[name].kind]();
}

/** The events as tRPC sends them, each with its id. */
async function* trackEvents(events: AsyncIterable<StreamEvent<unknown>>) {
  for await (const { id, data } of events) yield tracked(id, data);
}

type Entity<Name extends string = ProcedureName> = Name extends `${infer E}.${string}` ? E : never;
type VerbOf<E extends string, Name extends string = ProcedureName> = Name extends `${E}.${infer V}`
  ? V
  : never;

/** The rows of the procedure table as tRPC groups them: `generations.get` is `get` of `generations`. */
function buildProcedures() {
  const groups: Record<string, Record<string, ReturnType<typeof buildProcedure>>> = {};
  for (const name of Object.keys(procedures) as ProcedureName[]) {
    const [entity, verb] = name.split('.') as [string, string];
    groups[entity] = { ...groups[entity], [verb]: buildProcedure(name) };
  }
  // Both are made from the names of the table: the value here, the type by the compiler.
  return groups as unknown as {
    [E in Entity]: {
      [V in VerbOf<E>]: `${E}.${V}` extends infer Name extends ProcedureName ? BuiltProcedure<Name> : never;
    };
  };
}

/** The procedures. */
export const router = t.router(buildProcedures());

/** The router's type: all that a tRPC client needs of the server. */
export type AppRouter = typeof router;

/** Calls the router directly, in-process, with the same checks as over the wire. */
export const createCaller = t.createCallerFactory(router);
