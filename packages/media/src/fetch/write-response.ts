import type { FileHandle } from 'node:fs/promises';
import { writeBody } from './body.ts';
import { cancelBody, FetchFailure, type FetchLimits, type FetchResponse } from './fetcher.ts';

/** The part of a file that a response contains, by its `content-range`. */
export interface ContentRange {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** The size of the whole file; undefined if the server does not know it. */
  readonly size: number | undefined;
}

/** Parses the `content-range` of a 206; undefined for any other status and for an invalid range. */
export function parseContentRange(response: FetchResponse): ContentRange | undefined {
  if (response.status !== 206) return undefined;
  const [, first, last, size] =
    /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(response.headers['content-range'] ?? '')) ?? [];
  if (first === undefined) return undefined;
  const range = {
    start: Number(first),
    end: Number(last) + 1,
    size: size === '*' ? undefined : Number(size),
  };
  return range.start < range.end && range.end <= (range.size ?? range.end) ? range : undefined;
}

/**
 * Writes a response that contains a whole file: a 200, or a 206 from the first byte to the last, which some servers send
 * for every request.
 * @returns the number of bytes
 */
export async function writeResponse(
  response: FetchResponse,
  file: FileHandle,
  limits: FetchLimits,
): Promise<number | 'too large' | FetchFailure> {
  const range = parseContentRange(response);
  const isWhole = range?.start === 0 && range.end === (range.size ?? range.end);
  if (response.status !== 200 && !isWhole) {
    cancelBody(response);
    return new FetchFailure(`the status ${response.status}`);
  }
  if (Number(response.headers['content-length'] ?? range?.end ?? 0) > limits.maxFileBytes) {
    cancelBody(response);
    return 'too large';
  }
  const bytes = await writeBody(response, file, { position: 0, maxBytes: limits.maxFileBytes, limits });
  if (range && typeof bytes === 'number' && bytes !== range.end) {
    return new FetchFailure('a range of another length than it says');
  }
  return bytes;
}
