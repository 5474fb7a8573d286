import { open, rm, stat, statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failWith, isFailure } from '@restage/errors';
import { type NetworkFailure, storageFailure } from './failure.ts';
import { ignoreMissing } from './ignore-missing.ts';

const maxRetries = 4;
/** After so long without a byte, a connection counts as lost. */
const idleTimeoutMs = 30_000;

/** Called with the bytes there are so far, and how many there will be, if that is known. */
export type OnProgress = (bytes: number, total: number | undefined) => void;

interface DownloadOptions {
  readonly url: string;
  /** The file to write. What it holds already is the beginning of the download, from an earlier attempt. */
  readonly path: string;
  /** How many bytes the whole file has, if known. */
  readonly bytes: number | undefined;
  readonly onProgress: OnProgress;
}

/** How one connection ended: the file is there, it can be continued by another connection, or not. */
type Attempt =
  | { readonly kind: 'done' }
  | { readonly kind: 'interrupted' | 'failed'; readonly failure: NetworkFailure };

/**
 * Downloads a file. A lost connection is continued by another one; so is an earlier download that was ended. The content
 * is not checked.
 */
export async function download(options: DownloadOptions): Promise<NetworkFailure | undefined> {
  for (let retries = 0; ; ) {
    const before = await getSize(options.path);
    const attempt = await downloadOnce(options, before);
    if (attempt.kind === 'done') return undefined;
    retries = (await getSize(options.path)) > before ? 0 : retries + 1;
    if (attempt.kind === 'failed' || retries > maxRetries) return attempt.failure;
    await sleep(250 * 2 ** retries);
  }
}

async function downloadOnce(options: DownloadOptions, offset: number): Promise<Attempt> {
  const { url, path, bytes } = options;
  if (offset > 0 && offset === bytes) return { kind: 'done' };
  const idle = new AbortController();
  const timer = setTimeout(
    () => idle.abort(new Error(`no data for ${idleTimeoutMs / 1000} seconds`)),
    idleTimeoutMs,
  );
  try {
    const response = await request(url, offset, idle.signal);
    if (isFailure(response)) return { kind: 'interrupted', failure: response };
    const range = readRange(response);
    if (response.status === 416 && range?.total === offset) return { kind: 'done' };
    if (response.status === 416 || (response.status === 206 && range?.start !== offset)) {
      await rm(path, { force: true });
      return { kind: 'interrupted', failure: downloadFailure(url, 'it sent another part of the file') };
    }
    if (!response.ok || response.body === null) {
      const isTemporary = response.status >= 500 || response.status === 429;
      const failure = downloadFailure(url, `it answered ${response.status} ${response.statusText}`.trimEnd());
      return { kind: isTemporary ? 'interrupted' : 'failed', failure };
    }
    // A server that ignores the range sends the file from its beginning.
    const start = response.status === 206 ? offset : 0;
    const total = range?.total ?? toNumber(response.headers.get('content-length'));
    if (bytes !== undefined && total !== undefined && total !== bytes) {
      return {
        kind: 'failed',
        failure: downloadFailure(url, `the file must have ${bytes} bytes; it has ${total}`),
      };
    }
    const failure = await checkSpace(path, (total ?? 0) - start);
    if (failure) return { kind: 'failed', failure };
    return await save(response.body, { ...options, start, total, onChunk: () => timer.refresh() });
  } finally {
    clearTimeout(timer);
  }
}

async function request(url: string, offset: number, signal: AbortSignal): Promise<Response | NetworkFailure> {
  const headers = { 'accept-encoding': 'identity', ...(offset > 0 && { range: `bytes=${offset}-` }) };
  try {
    return await fetch(url, { headers, signal });
  } catch (error) {
    return downloadFailure(url, getReason(error));
  }
}

interface SaveOptions extends DownloadOptions {
  /** Where the body begins in the file. */
  readonly start: number;
  readonly total: number | undefined;
  readonly onChunk: () => void;
}

async function save(body: ReadableStream<Uint8Array>, options: SaveOptions): Promise<Attempt> {
  const { url, path, start, total, onProgress, onChunk } = options;
  try {
    await using file = await open(path, start > 0 ? 'a' : 'w');
    const reader = body.getReader();
    for (let received = start; ; ) {
      const chunk = await read(reader, url);
      if (isFailure(chunk)) return { kind: 'interrupted', failure: chunk };
      if (chunk === undefined) break;
      onChunk();
      await file.appendFile(chunk);
      received += chunk.byteLength;
      onProgress(received, total);
    }
    await file.sync();
    return { kind: 'done' };
  } catch (error) {
    return { kind: 'failed', failure: storageFailure(dirname(path), error) };
  }
}

async function read(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  url: string,
): Promise<Uint8Array | undefined | NetworkFailure> {
  try {
    return (await reader.read()).value;
  } catch (error) {
    return downloadFailure(url, getReason(error));
  }
}

/** The range of a `content-range`, as in `bytes 5-9/10` or `bytes *\/10`. */
function readRange(
  response: Response,
): { readonly start: number | undefined; readonly total: number | undefined } | undefined {
  const [, start, total] =
    /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '') ?? [];
  return total === undefined ? undefined : { start: toNumber(start), total: toNumber(total) };
}

function toNumber(text: string | null | undefined): number | undefined {
  return text && /^\d+$/.test(text) ? Number(text) : undefined;
}

async function checkSpace(path: string, needed: number): Promise<NetworkFailure | undefined> {
  const { bavail, bsize } = await statfs(dirname(path));
  const available = bavail * bsize;
  if (available >= needed) return undefined;
  return failWith(
    'STORAGE_UNUSABLE',
    `${dirname(path)} needs ${needed} bytes more; ${available} are available. Make room and run the command again.`,
  );
}

/** The size of a file, 0 if there is none. */
export async function getSize(path: string): Promise<number> {
  return (await ignoreMissing(stat(path)))?.size ?? 0;
}

function downloadFailure(url: string, reason: string): NetworkFailure {
  return failWith('DOWNLOAD_FAILED', `${url} can't be downloaded: ${reason}.`);
}

function getReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? error.cause.message : error.message;
}
