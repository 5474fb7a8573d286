import type { CodesOfResult } from '../call.ts';
import { clientError } from '../errors/client-error.ts';
import { err, ok } from '../result.ts';
import type { Job, Output } from '../wire.ts';
import { isOver, type WatchContext, type WatchOptions, watchGeneration } from './watch.ts';

/** A job that has its render. */
export type CompletedJob = Job & { status: 'completed'; output: Output; completed_at: string };

/** The codes that waiting can end with. */
export type WaitErrorCode = CodesOfResult<ReturnType<typeof waitForGeneration>>;

/** How to wait. `timeoutMs` is for the wait in all, 600,000 by default; the rest is for each request. */
export interface WaitOptions extends WatchOptions {
  /** Sees the job as it is at first, and whenever it has changed. */
  readonly onJob?: ((job: Job) => void) | undefined;
}

/**
 * Waits until a job has completed.
 * @param given its id, or the job itself, which is not asked for again if it has ended
 * @returns the job; or an error, which carries the job once it has been seen
 */
export async function waitForGeneration(
  context: WatchContext,
  given: string | Job,
  { onJob, timeoutMs = 600_000, ...options }: WaitOptions = {},
) {
  if (typeof given !== 'string') {
    onJob?.(given);
    if (isOver(given)) return completed(given);
  }
  for await (const seen of watchGeneration(context, given, { ...options, timeoutMs })) {
    if (!seen.ok) return seen;
    onJob?.(seen.value);
    if (isOver(seen.value)) return completed(seen.value);
  }
  throw new Error('A watch came to its end before the job did.');
}

/** A job that is over, if it has its render. */
function completed(job: Job) {
  if (job.status === 'failed') {
    const message = `Job ${job.id} failed: ${job.error ?? 'no reason was given.'}`;
    return err(clientError('JOB_FAILED', message, { job }));
  }
  if (job.status === 'cancelled') {
    return err(clientError('JOB_CANCELLED', `Job ${job.id} was cancelled.`, { job }));
  }
  return ok(job as CompletedJob);
}
