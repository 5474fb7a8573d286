import type { Call } from '../call.ts';
import type { CallErrorCode } from '../errors/client-codes.ts';
import { clientError, withJob } from '../errors/client-error.ts';
import { RestageError } from '../errors/restage-error.ts';
import type { CallOptions } from '../options.ts';
import { aborted } from '../transport/attempt.ts';
import { pause } from '../transport/pause.ts';
import type { Caller } from '../transport/transport.ts';
import type { Job, Output } from '../wire.ts';

/** A job that has its render. */
export type CompletedJob = Job & { status: 'completed'; output: Output; completed_at: string };

/** The codes that waiting can end with. */
export type WaitErrorCode =
  | CallErrorCode<'generations.get'>
  | 'JOB_FAILED'
  | 'JOB_CANCELLED'
  | 'WAIT_TIMED_OUT';

/** How to wait. `timeoutMs` is for the wait in all, 600,000 by default; the rest is for each look at the job. */
export interface WaitOptions extends CallOptions {
  /** Milliseconds between the first two looks; half as much again each time, up to 5,000. Default: 500. */
  readonly pollMs?: number | undefined;
  /** Sees the job at every look. */
  readonly onJob?: ((job: Job) => void) | undefined;
}

const longestPollMs = 5_000;
/** With the usual delays about half a minute: a wait outlasts a restart of the server. */
const patientRetries = 6;

/**
 * Waits until a job has completed.
 * @param job its id, or the job itself, which is then not fetched before the first pause
 * @param maxRetries the client's, where it was given any
 * @returns rejects with JOB_FAILED, JOB_CANCELLED or WAIT_TIMED_OUT, which carry the job, as does every other
 * error once the job has been seen
 */
export function waitForGeneration(
  call: Caller,
  job: string | Job,
  options: WaitOptions = {},
  maxRetries = patientRetries,
): Call<CompletedJob, WaitErrorCode> {
  return poll(call, job, { ...options, maxRetries: options.maxRetries ?? maxRetries });
}

async function poll(call: Caller, given: string | Job, options: WaitOptions): Promise<CompletedJob> {
  const { signal, timeoutMs = 600_000, pollMs = 500, onJob, ...lookOptions } = options;
  const end = performance.now() + timeoutMs;
  const id = typeof given === 'string' ? given : given.id;
  let job = typeof given === 'string' ? undefined : given;
  try {
    for (let delay = pollMs; ; delay = Math.min(delay * 1.5, longestPollMs)) {
      if (job) {
        onJob?.(job);
        if (isOver(job)) return completed(job);
        await rest(delay * (1 - Math.random() / 4), end, signal);
        if (performance.now() >= end) throw waitTimedOut(job);
      }
      const left = end - performance.now();
      job = await call('generations.get', { id }, { ...lookOptions, signal, timeoutMs: left });
    }
  } catch (error) {
    const late = RestageError.isInstance(error) && error.code === 'TIMED_OUT' && performance.now() >= end;
    throw job && late ? waitTimedOut(job) : withJob(error, job);
  }
}

/** Pauses, but not past the end. */
async function rest(delay: number, end: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(Math.min(delay, Math.max(0, end - performance.now())), signal);
  } catch {
    throw aborted(signal);
  }
}

function waitTimedOut(job: Job) {
  const message = `Job ${job.id} is still ${job.status}. It goes on: wait for it again by its id.`;
  return clientError('WAIT_TIMED_OUT', message, { job });
}

function isOver({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** A job that is over, if it has its render. */
function completed(job: Job): CompletedJob {
  if (job.status === 'failed') {
    throw clientError('JOB_FAILED', `Job ${job.id} failed: ${job.error ?? 'no reason was given.'}`, { job });
  }
  if (job.status === 'cancelled') throw clientError('JOB_CANCELLED', `Job ${job.id} was cancelled.`, { job });
  return job as CompletedJob;
}
