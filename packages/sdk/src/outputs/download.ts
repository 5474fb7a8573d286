import type { Call } from '../call.ts';
import type { ServerErrorCode, TransportErrorCode } from '../errors/client-codes.ts';
import { refusalError } from '../errors/refusal.ts';
import { writeFile } from '../files.ts';
import { given, type RequestOptions, type Settings } from '../options.ts';
import { Answer, connecting } from '../transport/answer.ts';
import { retry } from '../transport/retry.ts';

/** The codes that fetching an output can end with. */
export type DownloadErrorCode =
  | Extract<ServerErrorCode, 'INVALID_SIGNATURE' | 'NOT_FOUND' | 'INTERNAL_ERROR'>
  | TransportErrorCode;

/** One file that a job made. */
export interface Download {
  /** Its signed URL, valid for 72 hours. */
  readonly url: string;
  /** The whole file. A dropped connection starts the download again. */
  bytes(options?: RequestOptions): Call<Uint8Array<ArrayBuffer>, DownloadErrorCode>;
  /** The file as it arrives. What drops half-way errors the stream, with whatever the runtime says. */
  stream(options?: RequestOptions): Call<ReadableStream<Uint8Array<ArrayBuffer>>, DownloadErrorCode>;
  /** Writes the whole file to a path, where the runtime has files. */
  save(path: string | URL, options?: RequestOptions): Call<void, DownloadErrorCode | 'FILE_FAILED'>;
}

/** The file that a signed URL gives. Nothing is fetched before it is asked for. */
export function downloadOf(settings: Settings, url: string): Download {
  const bytes = (options?: RequestOptions) =>
    retry((signal) => fetchBytes(settings.fetch, url, signal), patience(settings, options));
  return {
    url,
    bytes,
    stream: (options) => openStream(settings, url, options),
    save: async (path, options) => writeFile(path, await bytes(options)),
  };
}

async function openStream(settings: Settings, url: string, options: RequestOptions = {}) {
  const response = await retry(
    (attempt) => {
      // An attempt's own signal is silent once it is over; the stream lives on, under the caller's.
      const signal = options.signal ? AbortSignal.any([attempt, options.signal]) : attempt;
      return fetchOutput(settings.fetch, url, signal);
    },
    patience(settings, options),
  );
  return response.body ?? new ReadableStream({ start: (controller) => controller.close() });
}

async function fetchBytes(fetch: typeof globalThis.fetch, url: string, signal: AbortSignal) {
  const response = await fetchOutput(fetch, url, signal);
  return connecting(url, async () => new Uint8Array(await response.arrayBuffer()));
}

async function fetchOutput(
  fetch: typeof globalThis.fetch,
  url: string,
  signal: AbortSignal,
): Promise<Response> {
  const response = await connecting(url, () => fetch(url, { signal }));
  if (response.ok) return response;
  const text = await connecting(url, () => response.text());
  throw refusalError(new Answer(response.status, response.headers, text), undefined);
}

function patience(settings: Settings, options: RequestOptions = {}) {
  return { ...settings, ...given(options) };
}
