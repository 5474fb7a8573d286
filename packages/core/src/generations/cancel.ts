import { isId, type Job, type VerbInput } from '@restage/contract';
import { fail, isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { findGeneration, noSuchJob } from './internal.ts';
import { toJob } from './present.ts';
import { completeGeneration } from './worker/complete.ts';

/**
 * Ends a job that is queued or processing, with a full refund. Its worker is told, and ends the render. A job that is
 * cancelled already is answered as it is.
 */
export async function cancelGeneration(ctx: AccountContext, input: VerbInput<'generations.cancel'>) {
  if (!isId('generation', input.id)) return noSuchJob();
  for (;;) {
    const generation = await findGeneration(ctx, input.id);
    if (isFailure(generation)) return generation;
    const { id, status } = generation;
    if (status === 'cancelled') {
      const job: Job = toJob(ctx, generation);
      return job;
    }
    if (status === 'completed' || status === 'failed') {
      return fail('JOB_NOT_CANCELLABLE', `The job has already ended: it is ${status}.`, { param: 'id' });
    }
    // Where a worker takes or ends the job in between, nothing is settled here, and the next look sees what it did.
    await withTransaction(ctx, async (inside) => {
      const ended = await completeGeneration(inside, generation, { status: 'cancelled' });
      if (ended && status === 'in_queue') await inside.queue.withdrawRender(inside.db, id);
    });
  }
}
