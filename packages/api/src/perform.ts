import { type Procedure, type ProcedureName, procedures } from '@restage/contract';
import type { AccountContext } from '@restage/core';
import { type Failure, isFailure } from '@restage/errors';
import { admit } from './admit.ts';
import type { RequestContext } from './context.ts';
import { implementations } from './implementations.ts';

/** What a transport knows of a call. */
interface Call {
  /** Reads what was sent, or says what is wrong with it. Called once key and rate are checked: not before is a body read. */
  readonly read: () => unknown;
  /** Aborted when the caller is gone. Asked for by a verb that may wait: most are done before it could matter. */
  readonly signal: () => AbortSignal;
}

/** Checks an input. A call that is no mutation and has none is taken as one with an empty input, as a GET without a query is. */
export function parseInput(name: ProcedureName, sent: unknown): unknown {
  const { kind, input }: Procedure = procedures[name];
  return input?.parse(kind === 'mutation' ? sent : (sent ?? {}));
}

/**
 * Performs a procedure: key and rate, then the input, then the verb, in the contract's order.
 * @returns its output, or a failure; throws for bugs alone
 */
export async function perform(
  name: ProcedureName,
  ctx: RequestContext,
  call: Call,
): Promise<object | Failure> {
  const { kind }: Procedure = procedures[name];
  const admitted = await admit(ctx, kind);
  if (isFailure(admitted)) return admitted;
  const sent = await call.read();
  if (isFailure(sent)) return sent;
  const accepted = parseInput(name, sent);
  if (isFailure(accepted)) return accepted;
  const verb = implementations[name].verb as (
    ctx: AccountContext,
    input: unknown,
  ) => Promise<object | Failure>;
  return verb({ ...admitted, signal: call.signal }, accepted);
}
