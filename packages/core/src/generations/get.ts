import { isId, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { isTerminal, noSuchJob } from './internal.ts';
import { listenToGeneration } from './listen.ts';
import { presentJob } from './present.ts';
import { findJobRow } from './row.ts';

/** The job as it is now; if asked to wait, as it is once it has ended or the time is up. */
export async function getGeneration(ctx: AccountContext, input: VerbInput<'generations.get'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  const generation = await findJobRow(ctx, input.id);
  if (isFailure(generation)) return generation;
  if (input.wait === undefined || isTerminal(generation.status)) return presentJob(ctx, generation);
  const ended = await untilEnded(ctx, input.id, input.wait);
  return isFailure(ended) ? ended : presentJob(ctx, ended);
}

async function untilEnded(ctx: AccountContext, id: string, seconds: number) {
  const deadline = performance.now() + seconds * 1000;
  const ear = listenToGeneration(ctx, id);
  try {
    for (;;) {
      const generation = await findJobRow(ctx, id);
      const left = deadline - performance.now();
      if (isFailure(generation) || isTerminal(generation.status) || left <= 0 || ear.done) return generation;
      await ear.stirred(left);
    }
  } finally {
    ear.close();
  }
}
