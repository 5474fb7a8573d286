import { procedureCodes } from '@restage/errors';
import { clientError } from '../errors/client-error.ts';
import { refusalError } from '../errors/refusal.ts';
import type { RestageError } from '../errors/restage-error.ts';
import type { Settings } from '../options.ts';
import { err, type Outcome, ok } from '../result.ts';
import { Answer, connecting } from '../transport/answer.ts';
import { attempt } from '../transport/attempt.ts';
import { createEventParser, type ServerEvent } from '../transport/events.ts';
import { callHeaders } from '../transport/transport.ts';
import { eventPaths, type Job } from '../wire.ts';

/** What comes from a stream: a job as an event tells of it, a sign of life alone, or that no event will ever come. */
export type StreamSign = { readonly eventId: string; readonly job: Job } | 'alive' | 'over';

/** Which stream to open, and for how long to listen. */
export interface StreamRequest {
  readonly id: string;
  /** The event after which the stream goes on. */
  readonly lastEventId: string | undefined;
  /** Milliseconds of silence that may be, at the moment of asking. */
  readonly silenceMs: () => number;
  readonly options: {
    readonly signal: AbortSignal | undefined;
    readonly simulate: string | undefined;
  };
}

/**
 * Opens the events of a job once, and gives what comes until the server ends the stream. It is read by fetch: an
 * EventSource can send no key, and tells nothing of a refusal.
 * @returns signs; an error is the last: what the server refuses with, UNKNOWN where the answer is no stream,
 * CONNECTION_FAILED when it breaks off, TIMED_OUT when it is silent for too long, ABORTED
 */
export async function* streamJob(settings: Settings, { id, lastEventId, silenceMs, options }: StreamRequest) {
  const { signal } = options;
  const url = `${settings.baseUrl}${eventPaths['generations.watch'].replace('{id}', encodeURIComponent(id))}`;
  const headers = {
    accept: 'text/event-stream',
    ...callHeaders(settings, options),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const line = new AbortController();
  const ask = () => open(settings.fetch, url, { headers, signal: line.signal });
  try {
    const opened = await attempt(ask, silenceMs(), signal);
    if (!opened.ok) {
      yield opened;
      return;
    }
    if (!opened.value) {
      yield ok('over' as const);
      return;
    }
    const reader = opened.value.getReader();
    const decoder = new TextDecoder();
    const parse = createEventParser();
    for (;;) {
      const read = await attempt(() => connecting(url, () => reader.read()), silenceMs(), signal);
      if (!read.ok) {
        yield read;
        return;
      }
      if (read.value.done) return;
      const events = parse(decoder.decode(read.value.value, { stream: true }));
      if (events.length === 0) yield ok('alive' as const);
      for (const event of events) {
        const sign = signOf(url, event);
        yield sign;
        if (!sign.ok) return;
      }
    }
  } finally {
    line.abort();
  }
}

/** @returns the stream; undefined where the job has ended and its last event has been seen */
async function open(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  const asked = await connecting(url, () => fetch(url, { ...init, redirect: 'manual' }));
  if (!asked.ok) return asked;
  const { status, headers, body } = asked.value;
  if (status === 204) return ok(undefined);
  const type = headers.get('content-type') ?? '';
  if (status === 200 && body && type.startsWith('text/event-stream')) return ok(body);
  const text = await connecting(url, () => asked.value.text());
  if (!text.ok) return text;
  return err(refusalError(new Answer(status, headers, text.value), procedureCodes['generations.watch']));
}

/** An event of a name that this version doesn't know is a sign of life. */
function signOf(
  url: string,
  { id, event, data }: ServerEvent,
): Outcome<StreamSign, RestageError<'CONNECTION_FAILED'>> {
  if (event !== 'job') return ok('alive');
  try {
    return ok({ eventId: id, job: JSON.parse(data) as Job });
  } catch (cause) {
    return err(clientError('CONNECTION_FAILED', `An event of ${url} came mutilated.`, { cause }));
  }
}
