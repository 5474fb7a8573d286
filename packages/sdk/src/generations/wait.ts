import type { CodesOfResult } from '../call.ts';
import { createClientError } from '../errors/client-error.ts';
import type { Job, Output } from '../generated/types.ts';
import { err, ok } from '../result.ts';
import { isTerminal, type WatchContext, type WatchOptions, watchGeneration } from './watch.ts';

/** A job whose status is `completed`, with its output. */
export type CompletedJob = Job & { status: 'completed'; output: Output; completed_at: string };

/** The codes that waiting for a job can fail with. */
export type WaitErrorCode = CodesOfResult<ReturnType<typeof waitForGeneration>>;

/** Options of a wait. `timeoutMs` limits the whole wait (default: 600,000); the others apply to each request. */
export interface WaitOptions extends WatchOptions {
  /** Called with the job as it is now, and each time it changes. */
  readonly onJob?: ((job: Job) => void) | undefined;
}

/**
 * Waits until a job has completed.
 * @param jobOrId the job's id; or the job itself, which is not fetched if it has already ended
 * @returns the completed job; or an error, which carries the job if it is known
 */
export async function waitForGeneration(
  context: WatchContext,
  jobOrId: string | Job,
  { onJob, timeoutMs = 600_000, ...options }: WaitOptions = {},
) {
  if (typeof jobOrId !== 'string') {
    onJob?.(jobOrId);
    if (isTerminal(jobOrId)) return toCompletedJob(jobOrId);
  }
  for await (const result of watchGeneration(context, jobOrId, { ...options, timeoutMs })) {
    if (!result.ok) return result;
    onJob?.(result.value);
    if (isTerminal(result.value)) return toCompletedJob(result.value);
  }
  throw new Error('The watch ended before the job did.');
}

/** Returns an ended job if it completed; otherwise JOB_FAILED or JOB_CANCELLED. */
function toCompletedJob(job: Job) {
  if (job.status === 'failed') {
    const message = `Job ${job.id} failed: ${job.error ?? 'no reason was given.'}`;
    return err(createClientError('JOB_FAILED', message, { job }));
  }
  if (job.status === 'cancelled') {
    return err(createClientError('JOB_CANCELLED', `Job ${job.id} was cancelled.`, { job }));
  }
  return ok(job as CompletedJob);
}
