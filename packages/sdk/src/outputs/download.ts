import { fileRouteCodes } from '@restage/errors';
import { type Call, type CodesOfResult, toCall } from '../call.ts';
import { isPage, refusalError } from '../errors/refusal.ts';
import { writeFile } from '../files.ts';
import { given, type RequestOptions, type Settings } from '../options.ts';
import { err, ok } from '../result.ts';
import { Answer, connecting } from '../transport/answer.ts';
import { retry } from '../transport/retry.ts';

/** The codes that fetching an output can end with. */
export type DownloadErrorCode = CodesOfResult<ReturnType<typeof fetchBytes>>;

/** The codes that saving one can end with. */
export type SaveErrorCode = CodesOfResult<ReturnType<typeof saveFile>>;

/** One file that a job made. */
export interface Download {
  /** Its signed URL, valid for 72 hours. */
  readonly url: string;
  /** The whole file. A dropped connection starts the download again. */
  bytes(options?: RequestOptions): Call<Uint8Array<ArrayBuffer>, DownloadErrorCode>;
  /** The file as it arrives. What drops half-way errors the stream, with whatever the runtime says. */
  stream(options?: RequestOptions): Call<ReadableStream<Uint8Array<ArrayBuffer>>, DownloadErrorCode>;
  /** Writes the whole file to a path, where the runtime has files. */
  save(path: string | URL, options?: RequestOptions): Call<void, SaveErrorCode>;
}

/** The file that a signed URL gives. Nothing is fetched before it is asked for. */
export function downloadOf(settings: Settings, url: string): Download {
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
      return connecting(url, async () => new Uint8Array(await response.value.arrayBuffer()));
    },
    patience(settings, options),
  );
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
  if (!response.ok) return response;
  return ok(response.value.body ?? new ReadableStream({ start: (controller) => controller.close() }));
}

async function fetchOutput(fetch: typeof globalThis.fetch, url: string, signal: AbortSignal) {
  const response = await connecting(url, () => fetch(url, { signal }));
  if (!response.ok) return response;
  const { status, headers, ok: isOk } = response.value;
  if (isOk && !isPage(headers)) return response;
  const text = await connecting(url, () => response.value.text());
  if (!text.ok) return text;
  return err(refusalError(new Answer(status, headers, text.value), declaredCodes));
}

/** No range is asked for, which alone could be wrong. */
const declaredCodes = fileRouteCodes['outputs.get'].filter((code) => code !== 'INVALID_REQUEST');

function patience(settings: Settings, options: RequestOptions = {}) {
  return { ...settings, ...given(options) };
}
