import { isId, type Job, type VerbInput } from '@restage/contract';
import { fail, isFailure } from '@restage/errors';
import type { AccountContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { toJob } from './present.ts';
import { findGeneration, noSuchJob } from './row.ts';
import { countCompletion, writeCompletion } from './worker/complete.ts';

/**
 * Ends a job that is queued or processing, with a full refund. Its worker is notified and ends the render. A job that is
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
    // If a worker claims or ends the job meanwhile, nothing is written, and the next round reads what it did.
    const isCancelled = await withTransaction(ctx, async (inside) => {
      const isWritten = await writeCompletion(inside, generation, { status: 'cancelled' });
      if (isWritten && status === 'in_queue') await inside.queue.withdrawRender(inside.db, id);
      return isWritten;
    });
    if (isCancelled) countCompletion(ctx, generation, 'cancelled');
  }
}
