import { fileRouteCodes } from '@restage/errors';
import { type Call, type CodesOfResult, toCall } from '../call.ts';
import { isHtml, toRestageError } from '../errors/to-restage-error.ts';
import { writeFile } from '../files.ts';
import { definedOptions, type RequestOptions, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { catchConnectionError, RawResponse } from '../transport/response.ts';
import { retry } from '../transport/retry.ts';

/** The codes that fetching an output can fail with. */
export type DownloadErrorCode = CodesOfResult<ReturnType<typeof fetchBytes>>;

/** The codes that saving an output can fail with. */
export type SaveErrorCode = CodesOfResult<ReturnType<typeof saveFile>>;

/** An output file of a job. */
export interface Download {
  /** Its signed URL, valid for 72 hours. */
  readonly url: string;
  /** Downloads the whole file. If the connection drops, the download is restarted. */
  bytes(options?: RequestOptions): Call<Uint8Array<ArrayBuffer>, DownloadErrorCode>;
  /** Opens the file as a stream. If the connection drops, the stream fails with the runtime's own error. */
  stream(options?: RequestOptions): Call<ReadableStream<Uint8Array<ArrayBuffer>>, DownloadErrorCode>;
  /** Downloads the whole file and writes it to a path. Requires a runtime with a file system. */
  save(path: string | URL, options?: RequestOptions): Call<void, SaveErrorCode>;
}

/** Creates the download of a signed URL. Each of its methods sends a request of its own. */
export function createDownload(settings: Settings, url: string): Download {
  return {
    url,
    bytes: (options) => toCall(fetchBytes(settings, url, options)),
    stream: (options) => toCall(openStream(settings, url, options)),
    save: (path, options) => toCall(saveFile(settings, url, path, options)),
  };
}

async function saveFile(settings: Settings, url: string, path: string | URL, options?: RequestOptions) {
  const bytes = await fetchBytes(settings, url, options);
  return bytes.ok ? writeFile(path, bytes.value) : bytes;
}

function fetchBytes(settings: Settings, url: string, options?: RequestOptions) {
  return retry(
    async (signal) => {
      const response = await fetchOutput(settings.fetch, url, signal);
      if (!response.ok) return response;
      return catchConnectionError(url, async () => new Uint8Array(await response.value.arrayBuffer()));
    },
    toRetryOptions(settings, options),
  );
}

async function openStream(settings: Settings, url: string, options: RequestOptions = {}) {
  const response = await retry(
    (attemptSignal) => {
      // The attempt's signal never aborts after the attempt, but the caller's must still abort the open stream.
      const signal = options.signal ? AbortSignal.any([attemptSignal, options.signal]) : attemptSignal;
      return fetchOutput(settings.fetch, url, signal);
    },
    toRetryOptions(settings, options),
  );
  if (!response.ok) return response;
  return ok(response.value.body ?? new ReadableStream({ start: (controller) => controller.close() }));
}

async function fetchOutput(fetch: typeof globalThis.fetch, url: string, signal: AbortSignal) {
  const response = await catchConnectionError(url, () => fetch(url, { signal }));
  if (!response.ok) return response;
  const { status, headers, ok: isOk } = response.value;
  if (isOk && !isHtml(headers)) return response;
  const text = await catchConnectionError(url, () => response.value.text());
  if (!text.ok) return text;
  return err(toRestageError(new RawResponse(status, headers, text.value), declaredCodes));
}

/** INVALID_REQUEST is for an invalid range, and a download sends none. */
const declaredCodes = fileRouteCodes['outputs.get'].filter((code) => code !== 'INVALID_REQUEST');

function toRetryOptions(settings: Settings, options: RequestOptions = {}) {
  return { ...settings, ...definedOptions(options) };
}
