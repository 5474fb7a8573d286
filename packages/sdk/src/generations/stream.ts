import { clientError } from '../errors/client-error.ts';
import { refusalError } from '../errors/refusal.ts';
import type { CallOptions, Settings } from '../options.ts';
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
  readonly options: Pick<CallOptions, 'signal' | 'simulate'>;
}

/**
 * Opens the events of a job once, and gives what comes until the server ends the stream. It is read by fetch: an
 * EventSource can send no key, and tells nothing of a refusal.
 * @throws what the server refuses with; UNKNOWN where the answer is no stream; CONNECTION_FAILED when it breaks off;
 * TIMED_OUT when it is silent for too long; ABORTED
 */
export async function* streamJob(
  settings: Settings,
  { id, lastEventId, silenceMs, options }: StreamRequest,
): AsyncGenerator<StreamSign, void> {
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
    const body = await attempt(ask, silenceMs(), signal);
    if (body === undefined) return yield 'over';
    const reader = body.getReader();
    const decoder = new TextDecoder();
    const parse = createEventParser();
    for (;;) {
      const read = await attempt(() => connecting(url, () => reader.read()), silenceMs(), signal);
      if (read.done) return;
      const events = parse(decoder.decode(read.value, { stream: true }));
      if (events.length === 0) yield 'alive';
      for (const event of events) yield signOf(url, event);
    }
  } finally {
    line.abort();
  }
}

/** @returns the stream; undefined where the job has ended and its last event has been seen */
async function open(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const response = await connecting(url, () => fetch(url, { ...init, redirect: 'manual' }));
  if (response.status === 204) return undefined;
  const type = response.headers.get('content-type') ?? '';
  if (response.status === 200 && response.body && type.startsWith('text/event-stream')) return response.body;
  const text = await connecting(url, () => response.text());
  throw refusalError(new Answer(response.status, response.headers, text), undefined);
}

/** An event of a name that this version doesn't know is a sign of life. */
function signOf(url: string, { id, event, data }: ServerEvent): StreamSign {
  if (event !== 'job') return 'alive';
  try {
    return { eventId: id, job: JSON.parse(data) as Job };
  } catch (cause) {
    throw clientError('CONNECTION_FAILED', `An event of ${url} came mutilated.`, { cause });
  }
}
