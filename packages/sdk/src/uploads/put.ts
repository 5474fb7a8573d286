import { fileRouteCodes } from '@restage/errors';
import type { CodesOfResult } from '../call.ts';
import { isPage, refusalError } from '../errors/refusal.ts';
import { given, type RequestOptions, runtimeFetch, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { fetchAnswer } from '../transport/answer.ts';
import { retry } from '../transport/retry.ts';
import { putWithXhr } from './xhr.ts';

/** The codes that sending the bytes of an upload can end with. */
export type PutErrorCode = CodesOfResult<ReturnType<typeof putUpload>>;

/** How to send. An attempt has `attemptTimeoutMs`, and beside a second for every 64 kB; in all there is no limit. */
export interface PutOptions extends RequestOptions {
  /** Sees how many bytes have been sent. It starts again from 0 when a connection drops. */
  readonly onProgress?: ((progress: { sent: number; total: number }) => void) | undefined;
}

/** What can be sent again after a dropped connection. */
export type Bytes = Blob | ArrayBuffer | Uint8Array;

/** Bytes as a Blob. Memory that threads share is copied first, as no Blob can be of it. */
export function blobOf(bytes: Bytes): Blob {
  if (bytes instanceof Blob) return bytes;
  if (bytes instanceof ArrayBuffer) return new Blob([bytes]);
  const { buffer, byteOffset, byteLength } = bytes;
  return new Blob([
    buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes),
  ]);
}

const leastBytesPerMs = 64;
const chunkBytes = 65_536;

/** Sends the bytes of an upload to its signed URL. A dropped connection starts the PUT again. */
export function putUpload(
  settings: Settings,
  upload: { readonly upload_url: string },
  bytes: Bytes,
  options: PutOptions = {},
) {
  const { onProgress, ...requestOptions } = options;
  const blob = blobOf(bytes);
  const patience = { ...settings, timeoutMs: Number.POSITIVE_INFINITY, ...given(requestOptions) };
  return retry((signal) => send(settings.fetch, upload.upload_url, blob, onProgress, signal), {
    ...patience,
    attemptTimeoutMs: patience.attemptTimeoutMs + blob.size / leastBytesPerMs,
  });
}

async function send(
  fetch: typeof globalThis.fetch,
  url: string,
  blob: Blob,
  onProgress: PutOptions['onProgress'],
  signal: AbortSignal,
) {
  onProgress?.({ sent: 0, total: blob.size });
  const answer = await put(fetch, url, blob, onProgress, signal);
  if (!answer.ok) return answer;
  if (!answer.value.ok || isPage(answer.value.headers)) {
    return err(refusalError(answer.value, fileRouteCodes['uploads.put']));
  }
  return ok(onProgress?.({ sent: blob.size, total: blob.size }));
}

/** Sends the bytes once, in the way that this runtime can report progress, if it is asked for. */
function put(
  fetch: typeof globalThis.fetch,
  url: string,
  blob: Blob,
  onProgress: PutOptions['onProgress'],
  signal: AbortSignal,
) {
  // A client that was given a fetch has its reasons, and keeps it.
  if (onProgress && fetch === runtimeFetch && typeof XMLHttpRequest !== 'undefined') {
    return putWithXhr(url, blob, (sent) => onProgress({ sent, total: blob.size }), signal);
  }
  const body = onProgress && canStream() ? countedBody(blob, onProgress) : { body: blob };
  return fetchAnswer(fetch, url, { method: 'PUT', signal, ...body });
}

/**
 * Whether a request can be streamed and still say its length, which blob stores ask for. Browsers stream over
 * HTTP/2 alone and Deno drops the length; a fetch of theirs reports 0, then all.
 */
function canStream(): boolean {
  return typeof document === 'undefined' && !('Deno' in globalThis);
}

/** The blob in chunks of a size of our own: runtimes differ, down to a single chunk for all of it. */
function countedBody(blob: Blob, onProgress: NonNullable<PutOptions['onProgress']>) {
  let sent = 0;
  const body = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        if (sent > 0) onProgress({ sent, total: blob.size });
        const chunk = new Uint8Array(await blob.slice(sent, sent + chunkBytes).arrayBuffer());
        sent += chunk.byteLength;
        if (chunk.byteLength > 0) controller.enqueue(chunk);
        else controller.close();
      },
    },
    // Nothing is read ahead, so that what is counted is what was asked for.
    { highWaterMark: 0 },
  );
  // Streaming a request takes `duplex`, which the DOM's types lack.
  return { body, duplex: 'half', headers: { 'content-length': String(blob.size) } };
}
