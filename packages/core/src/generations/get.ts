import { isId, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { findGeneration, noSuchJob, presentJob } from './internal.ts';

/** The job as it is now. */
export async function getGeneration(ctx: AccountContext, input: VerbInput<'generations.get'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  const generation = await findGeneration(ctx, input.id);
  return isFailure(generation) ? generation : presentJob(ctx, generation);
}
