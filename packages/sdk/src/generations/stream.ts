import { procedureCodes } from '@restage/errors';
import { toRestageError } from '../errors/to-restage-error.ts';
import type { Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { createRequestHeaders } from '../transport/caller.ts';
import { createEventParser } from '../transport/event-parser.ts';
import { catchConnectionError, RawResponse } from '../transport/response.ts';
import { withTimeout } from '../transport/timeout.ts';
import { restStream, trpcStream } from './stream-formats.ts';

/** Which stream to open, and how long to wait for each message. */
export interface StreamRequest {
  readonly id: string;
  /** The stream resumes after this event. */
  readonly lastEventId: string | undefined;
  /** Returns how long the stream may be silent from now on. */
  readonly getIdleTimeoutMs: () => number;
  readonly options: {
    readonly signal: AbortSignal | undefined;
    readonly simulate: string | undefined;
  };
}

/**
 * Opens the event stream of a job once, and yields its messages until the server closes it. Uses fetch, because an
 * EventSource can't send the API key and does not report why a request failed.
 * @returns messages; the last result may be an error: the server's own, UNKNOWN if the response is not an event stream,
 * CONNECTION_FAILED if the connection breaks, TIMED_OUT if the stream is silent for too long, or ABORTED
 */
export async function* streamMessages(settings: Settings, request: StreamRequest) {
  const { id, lastEventId, getIdleTimeoutMs, options } = request;
  const { signal } = options;
  // A session authenticates tRPC only.
  const format = settings.session ? trpcStream : restStream;
  const url = `${settings.baseUrl}${format.toPath(id)}`;
  const headers = {
    accept: 'text/event-stream',
    ...createRequestHeaders(settings, options),
    ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
  };
  const connection = new AbortController();
  const connect = () => openStream(settings.fetch, url, { headers, signal: connection.signal });
  try {
    const stream = await withTimeout(connect, getIdleTimeoutMs(), signal);
    if (!stream.ok) {
      yield stream;
      return;
    }
    if (!stream.value) {
      yield ok('end' as const);
      return;
    }
    const reader = stream.value.getReader();
    const decoder = new TextDecoder();
    const parse = createEventParser();
    for (;;) {
      const readChunk = () => catchConnectionError(url, () => reader.read());
      const chunk = await withTimeout(readChunk, getIdleTimeoutMs(), signal);
      if (!chunk.ok) {
        yield chunk;
        return;
      }
      if (chunk.value.done) return;
      const events = parse(decoder.decode(chunk.value.value, { stream: true }));
      if (events.length === 0) yield ok('keep-alive' as const);
      for (const event of events) {
        const message = format.toMessage(url, event);
        yield message;
        if (!message.ok || message.value === 'end') return;
      }
    }
  } finally {
    connection.abort();
  }
}

/** @returns the stream; undefined if the job has ended and its last event was already received */
async function openStream(fetch: typeof globalThis.fetch, url: string, init: RequestInit) {
  const response = await catchConnectionError(url, () => fetch(url, { ...init, redirect: 'manual' }));
  if (!response.ok) return response;
  const { status, headers, body } = response.value;
  if (status === 204) return ok(undefined);
  const contentType = headers.get('content-type') ?? '';
  if (status === 200 && body && contentType.startsWith('text/event-stream')) return ok(body);
  const text = await catchConnectionError(url, () => response.value.text());
  if (!text.ok) return text;
  const rawResponse = new RawResponse(status, headers, text.value);
  return err(toRestageError(rawResponse, procedureCodes['generations.watch']));
}
