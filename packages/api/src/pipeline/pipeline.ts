import {
  type bodyErrors,
  type commonErrors,
  type Procedure,
  type ProcedureName,
  procedures,
} from '@restage/contract';
import { type AccountContext, withSpan } from '@restage/core';
import { type CodesOf, catalog, type Failure, isFailure } from '@restage/errors';
import type { RequestContext } from '../context.ts';
import type { SameCodes } from '../implement.ts';
import { verbs } from '../implementations.ts';
import { checkAccess } from './check-access.ts';
import { internalError } from './internal-error.ts';
import { type CallRecord, finishRecord, startRecord } from './record.ts';
import { simulateFailure } from './simulate.ts';
import { withTimeout } from './with-timeout.ts';

/** The input of a call, before validation. */
interface RawInput {
  readonly value: unknown;
}

/** A call, as its transport provides it. */
export interface Call {
  readonly transport: 'rest' | 'trpc';
  /** Reads the input. The pipeline calls it after it has checked key and rate, so that no body is read before. */
  read(): Promise<RawInput | Failure<'INVALID_REQUEST'> | Failure<'PAYLOAD_TOO_LARGE'>>;
  /** Returns a signal that aborts when the caller disconnects. Only verbs that wait ask for it. */
  signal(): AbortSignal | undefined;
}

/**
 * Calls a procedure, for every transport: checks the key and the rate limit, reads and validates the input, and calls the verb,
 * in the contract's order.
 * @returns the output or a failure. Logs thrown errors, and returns INTERNAL_ERROR for them.
 */
export async function callProcedure(
  name: ProcedureName,
  ctx: RequestContext,
  call: Call,
): Promise<object | Failure> {
  const record = startRecord(name, ctx, call.transport);
  const span = {
    name,
    kind: 'server',
    attributes: {
      'rpc.system.name': call.transport,
      'rpc.method': name,
      'restage.request.id': ctx.requestId,
    },
  } as const;
  const result = await withSpan(ctx, span, (inside) => runLogged(name, inside, call, record));
  finishRecord(record, ctx, result);
  return result;
}

/** Runs the steps; logs failures of the server, and what is thrown. */
async function runLogged(
  name: ProcedureName,
  ctx: RequestContext,
  call: Call,
  record: CallRecord,
): Promise<object | Failure> {
  try {
    const result = await runSteps(name, ctx, call, record);
    // The cause was logged where it occurred.
    if (isFailure(result) && catalog[result.code].status === 500)
      logFailure(name, ctx, { code: result.code });
    return result;
  } catch (error) {
    logFailure(name, ctx, { err: error });
    return internalError();
  }
}

async function runSteps(
  name: ProcedureName,
  ctx: RequestContext,
  call: Call,
  record: CallRecord,
): Promise<object | Failure> {
  const { kind, input }: Procedure = procedures[name];
  const checked = await checkAccess(ctx, kind, record);
  if (isFailure(checked)) return checked;
  const simulated = simulateFailure(checked);
  if (simulated) return simulated;
  let value: unknown;
  if (input) {
    const raw = await call.read();
    if (isFailure(raw)) return raw;
    // A query without any input gets an empty object.
    value = input.parse(kind === 'mutation' ? raw.value : (raw.value ?? {}));
    if (isFailure(value)) return value;
    record.input = value;
  }
  // `implementAll` has compared the types of input and verb.
  const verb = verbs[name] as (ctx: AccountContext, input: unknown) => Promise<object | Failure>;
  const result = verb({ ...checked, signal: call.signal }, value);
  // Reads wait only for the database, whose statements have a limit, or as long as the caller asks.
  return kind === 'mutation' ? withTimeout(ctx.settings.writeTimeoutMs, result) : result;
}

function logFailure(procedure: ProcedureName, { log, requestId }: RequestContext, fields: object): void {
  log.error({ ...fields, requestId, procedure }, 'procedure_failed');
}

/** The steps before a verb can fail with exactly the codes that the contract declares for every procedure. */
export type BeforeVerbCodes =
  | CodesOf<ReturnType<typeof checkAccess>>
  | CodesOf<ReturnType<typeof internalError>>;
true satisfies SameCodes<BeforeVerbCodes, (typeof commonErrors)[number]>;

/** Reading the input can fail with exactly the codes that the contract declares for every mutation. */
export type ReadCodes = CodesOf<ReturnType<Call['read']>>;
true satisfies SameCodes<ReadCodes, (typeof bodyErrors)[number]>;
