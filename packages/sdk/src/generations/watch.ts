import type { CodesOfResult } from '../call.ts';
import { attachJob, createClientError } from '../errors/client-error.ts';
import type { Job } from '../generated/types.ts';
import type { RequestOptions, Settings, Simulation } from '../options.ts';
import { err, ok } from '../result.ts';
import type { Caller } from '../transport/caller.ts';
import { computeRetryDelay } from '../transport/retry.ts';
import { createTimeoutError, sleep } from '../transport/timeout.ts';
import { streamMessages } from './stream.ts';

/** The codes that watching a job can fail with. */
export type WatchErrorCode = CodesOfResult<ReturnType<typeof watchGeneration>>;

/** Options of a watch. `timeoutMs` limits the whole watch (default: no limit); the others apply to each request. */
export interface WatchOptions extends RequestOptions {
  /** What to simulate in test mode, for the event stream and for the polling that replaces it. */
  readonly simulate?: (Simulation<'generations.watch'> & Simulation<'generations.get'>) | undefined;
  /**
   * Milliseconds between the first two polls if events are not available. The interval grows by half with each poll, up
   * to 5,000. Default: 500.
   */
  readonly pollMs?: number | undefined;
}

/** What watching a job needs. */
export interface WatchContext {
  readonly settings: Settings;
  readonly call: Caller;
  /** The client's `maxRetries`, if it was set. */
  readonly waitRetries: number | undefined;
}

/** Milliseconds of silence after which a stream is closed. */
export interface IdleTimeouts {
  /** Before the first event. The server sends it immediately, so a proxy may be buffering the stream. */
  readonly firstEventMs: number;
  /** After the first event: three times the server's keep-alive interval. */
  readonly nextEventMs: number;
}

const defaultIdleTimeouts: IdleTimeouts = { firstEventMs: 5_000, nextEventMs: 45_000 };
const maxPollMs = 5_000;
/** Timers may fire this much too early. */
const timerSlackMs = 1;
/** After this many streams in a row without an event or a keep-alive, the job is polled instead. */
const maxFailedStreams = 3;
/** About half a minute with the default delays, so that a watch survives a restart of the server. */
const defaultWaitRetries = 6;

interface WatchState extends WatchOptions {
  readonly id: string;
  readonly deadline: number;
  readonly idleTimeouts: IdleTimeouts;
}

/**
 * Yields the job as it is now, and each time its status or progress changes, until it has ended. If the connection drops,
 * the event stream resumes where it stopped. If events are not available, the job is polled.
 * @param jobOrId the job's id; or the job, which is then first yielded when it has changed
 * @returns jobs; the last result may be an error, which carries the job if it is known
 */
export async function* watchGeneration(
  context: WatchContext,
  jobOrId: string | Job,
  { timeoutMs = Number.POSITIVE_INFINITY, ...options }: WatchOptions = {},
  idleTimeouts = defaultIdleTimeouts,
) {
  const deadline = performance.now() + timeoutMs;
  let lastJob = typeof jobOrId === 'string' ? undefined : jobOrId;
  const id = typeof jobOrId === 'string' ? jobOrId : jobOrId.id;
  for await (const result of observe(context, { ...options, id, deadline, idleTimeouts })) {
    if (!result.ok) {
      const isTimeout = result.error.code === 'TIMED_OUT' && computeTimeLeft(deadline) < timerSlackMs;
      if (lastJob && isTimeout) {
        yield err(createWaitTimeoutError(lastJob));
        return;
      }
      yield lastJob ? err(attachJob(result.error, lastJob)) : result;
      return;
    }
    const job = result.value;
    const changed = job.status !== lastJob?.status || job.progress !== lastJob.progress;
    lastJob = job;
    if (changed) yield ok(job);
    if (isTerminal(job)) return;
  }
}

/** Whether a job has ended. */
export function isTerminal({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** Yields the job whenever the server reports it, through events or else by polling. The last result may be an error. */
async function* observe(context: WatchContext, state: WatchState) {
  const { id, deadline, idleTimeouts, signal, simulate } = state;
  const { settings } = context;
  let lastEventId: string | undefined;
  const getIdleTimeoutMs = () => {
    const { firstEventMs, nextEventMs } = idleTimeouts;
    return Math.min(lastEventId === undefined ? firstEventMs : nextEventMs, computeTimeLeft(deadline));
  };
  streams: for (let failedStreams = 0; failedStreams < maxFailedStreams; ) {
    let retryAfter: number | undefined;
    failedStreams += 1;
    const request = { id, lastEventId, getIdleTimeoutMs, options: { signal, simulate } };
    for await (const message of streamMessages(settings, request)) {
      if (!message.ok) {
        const { error } = message;
        const isBuffered = error.code === 'TIMED_OUT' && lastEventId === undefined;
        // UNKNOWN: an older server without events, or a proxy.
        if (isBuffered || error.code === 'UNKNOWN') break streams;
        if (!error.retryable) {
          yield message;
          return;
        }
        retryAfter = error.retryAfter;
      } else if (message.value === 'end') break streams;
      else if (message.value === 'keep-alive') failedStreams = 0;
      else if (message.value.eventId !== lastEventId) {
        failedStreams = 0;
        lastEventId = message.value.eventId;
        yield ok(message.value.job);
      }
    }
    const delayMs = computeRetryDelay(failedStreams, retryAfter, settings.retryDelayMs, Math.random);
    const slept = await sleepUntil(delayMs, deadline, signal);
    if (!slept.ok) {
      yield slept;
      return;
    }
  }
  yield* poll(context, state);
}

/** Fetches the job again and again, at growing intervals, and yields each result. The last one may be an error. */
async function* poll({ call, waitRetries }: WatchContext, state: WatchState) {
  const { id, deadline, idleTimeouts: _, pollMs = 500, signal, ...options } = state;
  const maxRetries = options.maxRetries ?? waitRetries ?? defaultWaitRetries;
  for (let delayMs = pollMs; ; delayMs = Math.min(delayMs * 1.5, maxPollMs)) {
    const timeoutMs = computeTimeLeft(deadline);
    const job = await call('generations.get', { id }, { ...options, maxRetries, signal, timeoutMs });
    yield job;
    if (!job.ok) return;
    const slept = await sleepUntil(delayMs * (1 - Math.random() / 4), deadline, signal);
    if (!slept.ok) {
      yield slept;
      return;
    }
  }
}

/** Sleeps for `delayMs`, but only until the deadline. @returns TIMED_OUT if the deadline has passed */
async function sleepUntil(delayMs: number, deadline: number, signal: AbortSignal | undefined) {
  const slept = await sleep(Math.min(delayMs, computeTimeLeft(deadline) + timerSlackMs), signal);
  return slept.ok && computeTimeLeft(deadline) === 0 ? err(createTimeoutError(delayMs)) : slept;
}

/** Computes the milliseconds until the deadline. */
function computeTimeLeft(deadline: number): number {
  return Math.max(0, deadline - performance.now());
}

function createWaitTimeoutError(job: Job) {
  const message = `Job ${job.id} is still ${job.status}. It keeps running; wait for it again by its id.`;
  return createClientError('WAIT_TIMED_OUT', message, { job });
}
