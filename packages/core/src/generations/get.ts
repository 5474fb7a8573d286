import { isId, type VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { createChangeWaiter } from '../change-waiter.ts';
import type { AccountContext } from '../context.ts';
import { presentJob } from './present.ts';
import { findJobRow, isTerminal, noSuchJob } from './row.ts';

/** The job as it is now; if asked to wait, as it is once it has ended or the time is up. */
export async function getGeneration(ctx: AccountContext, input: VerbInput<'generations.get'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  const job = await findJobRow(ctx, input.id);
  if (isFailure(job)) return job;
  if (input.wait === undefined || isTerminal(job.status)) return presentJob(ctx, job);
  const ended = await waitForEnd(ctx, input.id, input.wait);
  return isFailure(ended) ? ended : presentJob(ctx, ended);
}

async function waitForEnd(ctx: AccountContext, id: string, seconds: number) {
  const deadline = performance.now() + seconds * 1000;
  const waiter = createChangeWaiter(ctx.changes, id, ctx.signal?.());
  try {
    for (;;) {
      const job = await findJobRow(ctx, id);
      const leftMs = deadline - performance.now();
      if (isFailure(job) || isTerminal(job.status) || leftMs <= 0 || waiter.isDone) return job;
      await waiter.nextChange(leftMs);
    }
  } finally {
    waiter.close();
  }
}
