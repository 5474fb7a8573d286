import type { FileHandle } from 'node:fs/promises';
import { writeBody } from './body.ts';
import { discard, type FetchLimits, type Incoming, Refusal } from './fetcher.ts';

/** Which part of a file a response is, by its `content-range`. */
export interface Range {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  /** That of the whole file; undefined where the server doesn't know it. */
  readonly size: number | undefined;
}

/** Reads which part of a file a 206 is; undefined for anything else, and for what makes no sense. */
export function readRange(answer: Incoming): Range | undefined {
  if (answer.status !== 206) return undefined;
  const [, first, last, size] =
    /^bytes (\d+)-(\d+)\/(\d+|\*)$/.exec(String(answer.headers['content-range'] ?? '')) ?? [];
  if (first === undefined) return undefined;
  const range = {
    start: Number(first),
    end: Number(last) + 1,
    size: size === '*' ? undefined : Number(size),
  };
  return range.start < range.end && range.end <= (range.size ?? range.end) ? range : undefined;
}

/**
 * Writes a response to a file that is all of a remote one: a 200, or a 206 from the first byte to the last, for some servers
 * answer so whatever they are asked.
 * @returns the number of bytes
 */
export async function writeWhole(
  answer: Incoming,
  file: FileHandle,
  limits: FetchLimits,
): Promise<number | 'too large' | Refusal> {
  const range = readRange(answer);
  const isWhole = range?.start === 0 && range.end === (range.size ?? range.end);
  if (answer.status !== 200 && !isWhole) {
    discard(answer);
    return new Refusal(`the status ${answer.status}`);
  }
  if (Number(answer.headers['content-length'] ?? range?.end ?? 0) > limits.fileBytes) {
    discard(answer);
    return 'too large';
  }
  const bytes = await writeBody(answer, file, { position: 0, atMost: limits.fileBytes, limits });
  if (range && typeof bytes === 'number' && bytes !== range.end) {
    return new Refusal('a range of another length than it says');
  }
  return bytes;
}
