import { fileRouteCodes } from '@restage/errors';
import type { CodesOfResult } from '../call.ts';
import { isHtml, toRestageError } from '../errors/to-restage-error.ts';
import { definedOptions, type RequestOptions, runtimeFetch, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { fetchResponse } from '../transport/response.ts';
import { retry } from '../transport/retry.ts';
import { putWithXhr } from './put-with-xhr.ts';

/** The codes that sending the bytes of an upload can fail with. */
export type PutErrorCode = CodesOfResult<ReturnType<typeof putBytes>>;

/** Options of a PUT. An attempt may take `attemptTimeoutMs` plus 1 s per 64 kB. `timeoutMs` has no limit by default. */
export interface PutOptions extends RequestOptions {
  /** Called with the number of bytes sent. It restarts at 0 if the connection drops. */
  readonly onProgress?: ((progress: { sent: number; total: number }) => void) | undefined;
}

/** Bytes in memory, or in a Blob, so that they can be sent again. */
export type Bytes = Blob | ArrayBuffer | Uint8Array;

/** Converts bytes to a Blob. Shared memory is copied, because a Blob can't be made of it. */
export function toBlob(bytes: Bytes): Blob {
  if (bytes instanceof Blob) return bytes;
  if (bytes instanceof ArrayBuffer) return new Blob([bytes]);
  const { buffer, byteOffset, byteLength } = bytes;
  return new Blob([
    buffer instanceof ArrayBuffer ? new Uint8Array(buffer, byteOffset, byteLength) : new Uint8Array(bytes),
  ]);
}

const minBytesPerMs = 64;
const chunkBytes = 65_536;

/** Sends the bytes of an upload to its signed URL. If the connection drops, the PUT is restarted. */
export function putBytes(
  settings: Settings,
  upload: { readonly upload_url: string },
  bytes: Bytes,
  options: PutOptions = {},
) {
  const { onProgress, ...requestOptions } = options;
  const blob = toBlob(bytes);
  const retryOptions = {
    ...settings,
    timeoutMs: Number.POSITIVE_INFINITY,
    ...definedOptions(requestOptions),
  };
  const url = settings.session ? toOwnOrigin(upload.upload_url, settings.baseUrl) : upload.upload_url;
  return retry((signal) => putOnce(settings.fetch, url, blob, onProgress, signal), {
    ...retryOptions,
    attemptTimeoutMs: retryOptions.attemptTimeoutMs + blob.size / minBytesPerMs,
  });
}

/** A page may have been opened by another name of the server than the one that it signs URLs with. */
function toOwnOrigin(url: string, baseUrl: string): string {
  const { pathname, search } = new URL(url);
  return `${new URL(baseUrl).origin}${pathname}${search}`;
}

async function putOnce(
  fetch: typeof globalThis.fetch,
  url: string,
  blob: Blob,
  onProgress: PutOptions['onProgress'],
  signal: AbortSignal,
) {
  onProgress?.({ sent: 0, total: blob.size });
  const response = await put(fetch, url, blob, onProgress, signal);
  if (!response.ok) return response;
  if (!response.value.ok || isHtml(response.value.headers)) {
    return err(toRestageError(response.value, fileRouteCodes['uploads.put']));
  }
  return ok(onProgress?.({ sent: blob.size, total: blob.size }));
}

/** Sends the bytes once, in the way that lets this runtime report progress if `onProgress` is set. */
function put(
  fetch: typeof globalThis.fetch,
  url: string,
  blob: Blob,
  onProgress: PutOptions['onProgress'],
  signal: AbortSignal,
) {
  // A custom `fetch` is always used, even where XMLHttpRequest would report progress.
  if (onProgress && fetch === runtimeFetch && typeof XMLHttpRequest !== 'undefined') {
    return putWithXhr(url, blob, (sent) => onProgress({ sent, total: blob.size }), signal);
  }
  const body = onProgress && canStreamRequests() ? createProgressBody(blob, onProgress) : { body: blob };
  return fetchResponse(fetch, url, { method: 'PUT', signal, ...body });
}

/**
 * Whether the runtime can stream a request body and still send `content-length`, which blob stores require. Browsers only
 * stream over HTTP/2, and Deno drops the length. There, progress is reported as 0 and then as complete.
 */
function canStreamRequests(): boolean {
  return typeof document === 'undefined' && !('Deno' in globalThis);
}

/** Streams the blob in chunks of a fixed size. Runtimes choose different sizes; some use one chunk for the whole blob. */
function createProgressBody(blob: Blob, onProgress: NonNullable<PutOptions['onProgress']>) {
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
    // No read-ahead, so that only bytes that the connection has taken are counted.
    { highWaterMark: 0 },
  );
  // A streamed body requires `duplex`, which the DOM types lack.
  return { body, duplex: 'half', headers: { 'content-length': String(blob.size) } };
}
