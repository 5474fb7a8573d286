import { newId, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { checkSpend, readBalance } from '../credits/charge.ts';
import { commitGeneration } from './start/commit.ts';
import { computeFingerprint } from './start/fingerprint.ts';
import { findReplay } from './start/idempotency.ts';
import { resolveInputs } from './start/resolve-inputs.ts';
import { discardInputs, storeInputs } from './start/store-inputs.ts';

/**
 * Starts a job: checks the request in the contract's order, then charges, records and queues in one
 * transaction. A refused request leaves nothing: no job, no charge, no file, no used-up idempotency key.
 * @throws if the inputs took too long; then, too, nothing is left
 */
export async function startGeneration(ctx: AccountContext, input: VerbInput<'generations.start'>) {
  const digests = computeFingerprint(input, ctx.largeStrings);
  const replay = await findReplay(ctx, input.idempotency_key, digests);
  if (replay) return replay;

  const deadline = performance.now() + ctx.settings.inputsTimeoutMs;
  const validated = await resolveInputs(ctx, input, deadline);
  if (isFailure(validated)) return validated;
  if (input.max_cost !== undefined && validated.cost > input.max_cost) {
    const refusal = checkSpend(ctx, await readBalance(ctx), validated.cost, input.max_cost);
    if (refusal) return refusal;
  }

  const id = newId('generation', ctx.now(), ctx.random);
  const inputs = await storeInputs(ctx, id, validated);
  if (isFailure(inputs)) return inputs;
  // The caller may be about to give up, and would then be charged for a job that it doesn't know.
  if (performance.now() > deadline) {
    await discardInputs(ctx, inputs);
    throw new Error(`the inputs took longer than ${ctx.settings.inputsTimeoutMs} ms`);
  }
  const outcome = await commitGeneration(ctx, { id, input, digests, validated, inputs });
  if (outcome !== 'key-taken' && !isFailure(outcome)) return outcome;

  await discardInputs(ctx, inputs);
  // Another request with this key may have been first. It has committed, or this one would not know.
  const winner = await findReplay(ctx, input.idempotency_key, digests);
  if (winner) return winner;
  if (outcome === 'key-taken') throw new Error(`the job of an idempotency key in use is not there: ${id}`);
  return outcome;
}
