import type { Call } from '../call.ts';
import type { CallErrorCode } from '../errors/client-codes.ts';
import { clientError } from '../errors/client-error.ts';
import type { Job, Output } from '../wire.ts';
import { isOver, type WatchContext, type WatchOptions, watchGeneration } from './watch.ts';

/** A job that has its render. */
export type CompletedJob = Job & { status: 'completed'; output: Output; completed_at: string };

/** The codes that waiting can end with. */
export type WaitErrorCode =
  | CallErrorCode<'generations.get'>
  | 'JOB_FAILED'
  | 'JOB_CANCELLED'
  | 'WAIT_TIMED_OUT';

/** How to wait. `timeoutMs` is for the wait in all, 600,000 by default; the rest is for each request. */
export interface WaitOptions extends WatchOptions {
  /** Sees the job as it is at first, and whenever it has changed. */
  readonly onJob?: ((job: Job) => void) | undefined;
}

/**
 * Waits until a job has completed.
 * @param job its id, or the job itself, which is not asked for again if it has ended
 * @returns rejects with JOB_FAILED, JOB_CANCELLED or WAIT_TIMED_OUT, which carry the job, as does every other
 * error once the job has been seen
 */
export function waitForGeneration(
  context: WatchContext,
  job: string | Job,
  options: WaitOptions = {},
): Call<CompletedJob, WaitErrorCode> {
  return untilOver(context, job, options);
}

async function untilOver(
  context: WatchContext,
  given: string | Job,
  { onJob, timeoutMs = 600_000, ...options }: WaitOptions,
): Promise<CompletedJob> {
  if (typeof given !== 'string') {
    onJob?.(given);
    if (isOver(given)) return completed(given);
  }
  for await (const job of watchGeneration(context, given, { ...options, timeoutMs })) {
    onJob?.(job);
    if (isOver(job)) return completed(job);
  }
  throw new Error('A watch came to its end before the job did.');
}

/** A job that is over, if it has its render. */
function completed(job: Job): CompletedJob {
  if (job.status === 'failed') {
    throw clientError('JOB_FAILED', `Job ${job.id} failed: ${job.error ?? 'no reason was given.'}`, { job });
  }
  if (job.status === 'cancelled') throw clientError('JOB_CANCELLED', `Job ${job.id} was cancelled.`, { job });
  return job as CompletedJob;
}
