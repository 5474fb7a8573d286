import type { CodesOfResult } from '../call.ts';
import { clientError, withJob } from '../errors/client-error.ts';
import type { RequestOptions, Settings, Simulation } from '../options.ts';
import { err, ok } from '../result.ts';
import { pause, timedOut } from '../transport/attempt.ts';
import { delayBefore } from '../transport/retry.ts';
import type { Caller } from '../transport/transport.ts';
import type { Job } from '../wire.ts';
import { streamJob } from './stream.ts';

/** The codes that watching can end with. */
export type WatchErrorCode = CodesOfResult<ReturnType<typeof watchGeneration>>;

/** How to watch. `timeoutMs` is for all of it, without end by default; the rest is for each request. */
export interface WatchOptions extends RequestOptions {
  /** What is to happen in test mode: of the stream of events, and of the reads in its place. */
  readonly simulate?: (Simulation<'generations.watch'> & Simulation<'generations.get'>) | undefined;
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
 * @returns jobs; an error, which carries the job once it has been seen, is the last
 */
export async function* watchGeneration(
  context: WatchContext,
  given: string | Job,
  { timeoutMs = Number.POSITIVE_INFINITY, ...options }: WatchOptions = {},
  silences = usualSilences,
) {
  const end = performance.now() + timeoutMs;
  let last = typeof given === 'string' ? undefined : given;
  const id = typeof given === 'string' ? given : given.id;
  for await (const seen of sightings(context, { ...options, id, end, silences })) {
    if (!seen.ok) {
      const isLate = seen.error.code === 'TIMED_OUT' && left(end) < timerSlackMs;
      if (last && isLate) {
        yield err(waitTimedOut(last));
        return;
      }
      yield last ? err(withJob(seen.error, last)) : seen;
      return;
    }
    const job = seen.value;
    const isNews = job.status !== last?.status || job.progress !== last.progress;
    last = job;
    if (isNews) yield ok(job);
    if (isOver(job)) return;
  }
}

/** Whether a job will change no more. */
export function isOver({ status }: Job): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled';
}

/** The job whenever there is word of it; an error is the last. */
async function* sightings(context: WatchContext, watching: Watching) {
  const { id, end, silences, signal, simulate } = watching;
  const { settings } = context;
  let lastEventId: string | undefined;
  streams: for (let deaf = 0; deaf < mostDeafStreams; ) {
    let retryAfter: number | undefined;
    deaf += 1;
    const silenceMs = () => Math.min(lastEventId === undefined ? silences.first : silences.later, left(end));
    const options = { signal, simulate };
    for await (const sign of streamJob(settings, { id, lastEventId, silenceMs, options })) {
      if (!sign.ok) {
        const { error } = sign;
        // UNKNOWN: there are no events here, but an older server, or something else in its place.
        const isHeldBack = error.code === 'TIMED_OUT' && lastEventId === undefined;
        if (isHeldBack || error.code === 'UNKNOWN') break streams;
        if (!error.retryable) {
          yield sign;
          return;
        }
        retryAfter = error.retryAfter;
      } else if (sign.value === 'over') break streams;
      else if (sign.value === 'alive') deaf = 0;
      else if (sign.value.eventId !== lastEventId) {
        deaf = 0;
        lastEventId = sign.value.eventId;
        yield ok(sign.value.job);
      }
    }
    const rested = await rest(delayBefore(deaf, retryAfter, settings.retryDelayMs, Math.random), end, signal);
    if (!rested.ok) {
      yield rested;
      return;
    }
  }
  yield* looks(context, watching);
}

/** The job, fetched again and again, ever less often; an error is the last. */
async function* looks({ call, waitRetries }: WatchContext, watching: Watching) {
  const { id, end, silences: _, pollMs = 500, signal, ...options } = watching;
  const maxRetries = options.maxRetries ?? waitRetries ?? patientRetries;
  for (let delay = pollMs; ; delay = Math.min(delay * 1.5, longestPollMs)) {
    const got = await call(
      'generations.get',
      { id },
      { ...options, maxRetries, signal, timeoutMs: left(end) },
    );
    yield got;
    if (!got.ok) return;
    const rested = await rest(delay * (1 - Math.random() / 4), end, signal);
    if (!rested.ok) {
      yield rested;
      return;
    }
  }
}

/** Pauses, but not past the end. */
async function rest(delay: number, end: number, signal: AbortSignal | undefined) {
  const paused = await pause(Math.min(delay, left(end) + timerSlackMs), signal);
  return paused.ok && left(end) === 0 ? err(timedOut(delay)) : paused;
}

/** Milliseconds that are left. */
function left(end: number): number {
  return Math.max(0, end - performance.now());
}

function waitTimedOut(job: Job) {
  const message = `Job ${job.id} is still ${job.status}. It goes on: wait for it again by its id.`;
  return clientError('WAIT_TIMED_OUT', message, { job });
}
