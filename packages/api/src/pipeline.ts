import {
  type bodyErrors,
  type commonErrors,
  type Procedure,
  type ProcedureName,
  procedures,
} from '@restage/contract';
import type { AccountContext } from '@restage/core';
import { type CodesOf, catalog, type Failure, isFailure } from '@restage/errors';
import { admit } from './admit.ts';
import type { RequestContext } from './context.ts';
import type { SameCodes } from './implement.ts';
import { verbs } from './implementations.ts';
import { internalError } from './internal-error.ts';
import { simulateFailure } from './simulate.ts';

/** What a caller sent, once it is read. */
interface Sent {
  readonly value: unknown;
}

/** What a transport knows of a call. */
export interface Call {
  /** Reads what was sent, or says what is wrong with it. Called once key and rate are checked: not before is a body read. */
  read(): Promise<Sent | Failure<'INVALID_REQUEST'> | Failure<'PAYLOAD_TOO_LARGE'>>;
  /** What is aborted when the caller is gone. Asked for by a verb that may wait: most are done before it could matter. */
  signal(): AbortSignal | undefined;
}

/**
 * Calls a procedure, whatever the transport: key, rate limit, reading, parsing, verb, in the contract's order.
 * @returns its output, or a failure; whatever is thrown on the way is logged here, and becomes INTERNAL_ERROR
 */
export async function callProcedure(
  name: ProcedureName,
  ctx: RequestContext,
  call: Call,
): Promise<object | Failure> {
  try {
    const result = await runSteps(name, ctx, call);
    // What has caused it is logged where it happened.
    if (isFailure(result) && catalog[result.code].status === 500)
      logFailure(name, ctx, { code: result.code });
    return result;
  } catch (error) {
    logFailure(name, ctx, { err: error });
    return internalError();
  }
}

async function runSteps(name: ProcedureName, ctx: RequestContext, call: Call): Promise<object | Failure> {
  const { kind, input }: Procedure = procedures[name];
  const admitted = await admit(ctx, kind);
  if (isFailure(admitted)) return admitted;
  const simulated = simulateFailure(admitted);
  if (simulated) return simulated;
  let accepted: unknown;
  if (input) {
    const sent = await call.read();
    if (isFailure(sent)) return sent;
    // A GET without a query, and a query without an input, mean an empty one.
    accepted = input.parse(kind === 'mutation' ? sent.value : (sent.value ?? {}));
    if (isFailure(accepted)) return accepted;
  }
  // The table ties each input to its verb; here they are any of it.
  const verb = verbs[name] as (ctx: AccountContext, input: unknown) => Promise<object | Failure>;
  return verb({ ...admitted, signal: call.signal }, accepted);
}

function logFailure(procedure: ProcedureName, { log, requestId }: RequestContext, fields: object): void {
  log.error({ ...fields, requestId, procedure }, 'procedure_failed');
}

/** What stands before a verb fails with exactly the codes that the contract declares for every procedure. */
export type BeforeVerbCodes = CodesOf<ReturnType<typeof admit>> | CodesOf<ReturnType<typeof internalError>>;
true satisfies SameCodes<BeforeVerbCodes, (typeof commonErrors)[number]>;

/** Reading fails with exactly the codes that the contract declares for every mutation. */
export type ReadCodes = CodesOf<ReturnType<Call['read']>>;
true satisfies SameCodes<ReadCodes, (typeof bodyErrors)[number]>;
