import { newId, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { readStanding, refuseCost } from './admit.ts';
import { commitGeneration } from './commit.ts';
import { fingerprint } from './fingerprint.ts';
import { discardInputs, storeInputs } from './inputs.ts';
import { planGeneration } from './plan.ts';
import { replayGeneration } from './replay.ts';

/**
 * Starts a job: checks the request in the contract's order, then charges, records and queues in one
 * transaction. A refused request leaves nothing: no job, no charge, no file, no used-up idempotency key.
 */
export async function startGeneration(ctx: AccountContext, input: VerbInput<'generations.start'>) {
  const digests = fingerprint(input, ctx.attachments);
  const replayed = await replayGeneration(ctx, input.idempotency_key, digests);
  if (replayed) return replayed;

  const plan = await planGeneration(ctx, input);
  if (isFailure(plan)) return plan;
  if (input.max_cost !== undefined && plan.cost > input.max_cost) {
    const refusal = refuseCost(ctx, await readStanding(ctx), plan.cost, input.max_cost);
    if (refusal) return refusal;
  }

  const id = newId('generation', ctx.now(), ctx.random);
  const inputs = await storeInputs(ctx, id, plan);
  if (isFailure(inputs)) return inputs;
  const outcome = await commitGeneration(ctx, { id, input, digests, plan, inputs });
  if (outcome === 'key-taken' || isFailure(outcome)) await discardInputs(ctx, inputs);
  if (outcome !== 'key-taken') return outcome;

  // Another request with this key was first. It has committed, or this one would not have been told.
  const winner = await replayGeneration(ctx, input.idempotency_key, digests);
  if (!winner) throw new Error(`the job of an idempotency key in use is not there: ${id}`);
  return winner;
}
