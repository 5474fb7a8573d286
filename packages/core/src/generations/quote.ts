import { computeOutputSize, type Quote, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { checkSpend, readBalance } from '../credits/charge.ts';
import { resolveInputs } from './start/resolve-inputs.ts';

/** What a start with this body would cost, after every check that it would make. Nothing is written. */
export async function quoteGeneration(ctx: AccountContext, input: VerbInput<'generations.quote'>) {
  const deadline = performance.now() + ctx.settings.inputsTimeoutMs;
  const validated = await resolveInputs(ctx, input, deadline);
  if (isFailure(validated)) return validated;
  const state = await readBalance(ctx);
  const refusal = checkSpend(ctx, state, validated.cost, input.max_cost);
  if (refusal) return refusal;
  const { width, height, frames } = validated.probe;
  const quote: Quote = {
    cost: validated.cost,
    balance: state.balance,
    generation_type: input.generation_type,
    frames,
    width,
    height,
    output: computeOutputSize({ width, height }, input.max_resolution, input.generation_type),
  };
  return quote;
}
