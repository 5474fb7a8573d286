import { clientError, withJob } from '../errors/client-error.ts';
import { RestageError } from '../errors/restage-error.ts';
import type { CallOptions, Settings } from '../options.ts';
import { aborted, timedOut } from '../transport/attempt.ts';
import { pause } from '../transport/pause.ts';
import { delayBefore } from '../transport/retry.ts';
import type { Caller } from '../transport/transport.ts';
import type { Job } from '../wire.ts';
import { streamJob } from './stream.ts';

/** How to watch. `timeoutMs` is for all of it, without end by default; the rest is for each request. */
export interface WatchOptions extends CallOptions {
  /**
   * Where events can't be had, milliseconds between the first two looks at the job; half as much again each time, up
   * to 5,000. Default: 500.
   */
  readonly pollMs?: number | undefined;
}

/** What watching needs. */
export interface WatchContext {
  readonly settings: Settings;
  readonly call: Caller;
  /** The client's, where it was given any. */
  readonly waitRetries: number | undefined;
}

/** Milliseconds of silence after which a stream is given up. */
export interface Silences {
  /** Before the first event, which a server sends at once: what stands between may be holding it back. */
  readonly first: number;
  /** Later: three times as long as the server is ever silent. */
  readonly later: number;
}

const usualSilences: Silences = { first: 5_000, later: 45_000 };
const longestPollMs = 5_000;
/** Timers fire as much too early. */
const timerSlackMs = 1;
/** After so many streams in a row that told nothing, the job is looked at instead. */
const mostDeafStreams = 3;
/** With the usual delays about half a minute: a wait outlasts a restart of the server. */
const patientRetries = 6;

interface Watching extends WatchOptions {
  readonly id: string;
  readonly end: number;
  readonly silences: Silences;
}

/**
 * The job as it is now, and again whenever its status or progress has changed, until it has ended. Events are taken
 * up where they stopped when a connection drops; where there are none to be had, the job is looked at again and again.
 * @param given the job's id; or the job, which is then told only once it has changed
 * @throws whatever `generations.get` may end with, and WAIT_TIMED_OUT; each carries the job once it has been seen
 */
export async function* watchGeneration(
  context: WatchContext,
  given: string | Job,
  { timeoutMs = Number.POSITIVE_INFINITY, ...options }: WatchOptions = {},
  silences = usualSilences,
): AsyncGenerator<Job, void> {
  const end = performance.now() + timeoutMs;
  let last = typeof given === 'string' ? undefined : given;
  const id = typeof given === 'string' ? given : given.id;
  try {
    for await (const job of sightings(context, { ...options, id, end, silences })) {
      const isNews = job.status !== last?.status || job.progress !== last.progress;
      last = job;
      if (isNews) yield job;
      if (isOver(job)) return;
    }
  } catch (error) {
    const isLate = RestageError.isInstance(error) && error.code === 'TIMED_OUT' && left(end) < timerSlackMs;
    throw last && isLate ? waitTimedOut(last) : withJob(error, last);
  }
}

/** Whether a job will change no more. */
export function isOver({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

async function* sightings(context: WatchContext, watching: Watching): AsyncGenerator<Job, void> {
  const { id, end, silences, signal, simulate } = watching;
  const { settings } = context;
  let lastEventId: string | undefined;
  streams: for (let deaf = 0; deaf < mostDeafStreams; ) {
    let retryAfter: number | undefined;
    deaf += 1;
    try {
      const silenceMs = () =>
        Math.min(lastEventId === undefined ? silences.first : silences.later, left(end));
      for await (const sign of streamJob(settings, {
        id,
        lastEventId,
        silenceMs,
        options: { signal, simulate },
      })) {
        if (sign === 'over') break streams;
        if (sign === 'alive') deaf = 0;
        else if (sign.eventId !== lastEventId) {
          deaf = 0;
          lastEventId = sign.eventId;
          yield sign.job;
        }
      }
    } catch (error) {
      if (!RestageError.isInstance(error) || error.code === 'ABORTED') throw error;
      const heldBack = error.code === 'TIMED_OUT' && lastEventId === undefined;
      if (heldBack || isNoStream(error)) break;
      if (!error.retryable) throw error;
      retryAfter = error.retryAfter;
    }
    await rest(delayBefore(deaf, retryAfter, settings.retryDelayMs, Math.random), end, signal);
  }
  yield* looks(context, watching);
}

/** Whether an error says that there are no events here: an older server, or something else in its place. */
function isNoStream({ code }: RestageError): boolean {
  return code === 'UNKNOWN' || code === 'NOT_FOUND' || code === 'METHOD_NOT_ALLOWED';
}

/** The job, fetched again and again, ever less often. */
async function* looks({ call, waitRetries }: WatchContext, watching: Watching): AsyncGenerator<Job, void> {
  const { id, end, silences: _, pollMs = 500, signal, ...options } = watching;
  const maxRetries = options.maxRetries ?? waitRetries ?? patientRetries;
  for (let delay = pollMs; ; delay = Math.min(delay * 1.5, longestPollMs)) {
    yield await call('generations.get', { id }, { ...options, maxRetries, signal, timeoutMs: left(end) });
    await rest(delay * (1 - Math.random() / 4), end, signal);
  }
}

/** Pauses, but not past the end. */
async function rest(delay: number, end: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await pause(Math.min(delay, left(end) + timerSlackMs), signal);
  } catch {
    throw aborted(signal);
  }
  if (left(end) === 0) throw timedOut(delay);
}

/** Milliseconds that are left. */
function left(end: number): number {
  return Math.max(0, end - performance.now());
}

function waitTimedOut(job: Job) {
  const message = `Job ${job.id} is still ${job.status}. It goes on: wait for it again by its id.`;
  return clientError('WAIT_TIMED_OUT', message, { job });
}
