import type { FileHandle } from 'node:fs/promises';
import { writeBody } from './body.ts';
import { cancelBody, type Fetcher, FetchFailure, type FetchLimits, type FetchResponse } from './fetcher.ts';
import { parseContentRange, writeResponse } from './write-response.ts';

/** The minimum bytes that each request fetches. */
export const minRangeBytes = 64 * 1024;

/** A local copy of parts of a remote file. */
export interface PartialCopy {
  readonly size: number;
  /** The parts that are present. A server without range support has sent everything. */
  readonly present: { start: number; end: number }[];
  /** Fetches the bytes from `start` to `end`, and usually some after them. */
  fetch(start: number, end: number): Promise<undefined | FetchFailure>;
}

/**
 * Fetches the beginning of a remote file into `file`, or all of it if the server does not support ranges or does not
 * know the size.
 */
export async function openPartialCopy(
  fetcher: Fetcher,
  url: URL,
  file: FileHandle,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<PartialCopy | 'too large' | FetchFailure> {
  const first = await requestRange(url, 0, minRangeBytes);
  if (first instanceof FetchFailure) return first;
  if (first.status === 200) return await copyWhole(first);
  const range = parseContentRange(first);
  if (range?.start !== 0) {
    cancelBody(first);
    return new FetchFailure(`the status ${first.status} without the requested range`);
  }
  const { size } = range;
  if (size === undefined) {
    // A part that is shorter than requested does not reveal the size either: fetch everything.
    cancelBody(first);
    const all = await fetcher.send(first.url, { method: 'GET', signal, followRedirects: true });
    return all instanceof FetchFailure ? all : await copyWhole(all);
  }
  if (size > limits.maxFileBytes) {
    cancelBody(first);
    return 'too large';
  }
  await file.truncate(size);
  const present: PartialCopy['present'] = [];
  const failure = await writeRange(first, 0, Math.min(minRangeBytes, size));
  if (failure) return failure;

  return {
    size,
    present,
    async fetch(start, end) {
      const until = Math.min(size, Math.max(end, start + minRangeBytes));
      const part = await requestRange(first.url, start, until);
      if (part instanceof FetchFailure) return part;
      const has = parseContentRange(part);
      if (has?.start !== start || (has.size ?? size) !== size || part.headers.etag !== first.headers.etag) {
        cancelBody(part);
        return new FetchFailure('the file changed between two requests');
      }
      return await writeRange(part, start, until);
    },
  };

  async function requestRange(from: URL, start: number, end: number): Promise<FetchResponse | FetchFailure> {
    const headers = { range: `bytes=${start}-${end - 1}` };
    return await fetcher.send(from, { method: 'GET', headers, signal, followRedirects: true });
  }

  async function writeRange(
    part: FetchResponse,
    start: number,
    end: number,
  ): Promise<undefined | FetchFailure> {
    const written = await writeBody(part, file, { position: start, maxBytes: end - start, limits });
    if (written instanceof FetchFailure) return written;
    if (written !== end - start) return new FetchFailure('a range of another length than requested');
    present.push({ start, end });
    return undefined;
  }

  async function copyWhole(response: FetchResponse): Promise<PartialCopy | 'too large' | FetchFailure> {
    const bytes = await writeResponse(response, file, limits);
    if (typeof bytes !== 'number') return bytes;
    const everything = { start: 0, end: bytes };
    return {
      size: bytes,
      present: [everything],
      fetch: async () => new FetchFailure('nothing is left to fetch'),
    };
  }
}
