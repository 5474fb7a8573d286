import type { FileHandle } from 'node:fs/promises';
import { writeBody } from './body.ts';
import { discard, type Fetcher, type FetchLimits, type Incoming, Refusal } from './fetcher.ts';
import { readRange, writeWhole } from './whole.ts';

/** Bytes fetched first, and at least with every further request. */
const blockBytes = 64 * 1024;

/** A remote file of which parts are fetched into a local one. */
export interface PartialCopy {
  readonly size: number;
  /** Parts that are there. A server without ranges has sent everything. */
  readonly present: { start: number; end: number }[];
  /** Fetches the bytes from `start` to `end`, and some after them. */
  fetch(start: number, end: number): Promise<undefined | Refusal>;
}

/**
 * Fetches the beginning of a remote file into `file`, or, where the server knows no ranges or no size, all of it.
 */
export async function openPartialCopy(
  fetcher: Fetcher,
  url: URL,
  file: FileHandle,
  limits: FetchLimits,
  signal: AbortSignal,
): Promise<PartialCopy | 'too large' | Refusal> {
  const first = await get(url, 0, blockBytes);
  if (first instanceof Refusal) return first;
  if (first.status === 200) return await whole(first);
  const range = readRange(first);
  if (range?.start !== 0) {
    discard(first);
    return new Refusal(`the status ${first.status} without the range that was asked for`);
  }
  const { size } = range;
  if (size === undefined) {
    // Nor is it told by a part that is shorter than was asked for: all is fetched.
    discard(first);
    const all = await fetcher.send(first.url, { method: 'GET', signal, followRedirects: true });
    return all instanceof Refusal ? all : await whole(all);
  }
  if (size > limits.fileBytes) {
    discard(first);
    return 'too large';
  }
  await file.truncate(size);
  const present: PartialCopy['present'] = [];
  const refusal = await keep(first, 0, Math.min(blockBytes, size));
  if (refusal) return refusal;

  return {
    size,
    present,
    async fetch(start, end) {
      const until = Math.min(size, Math.max(end, start + blockBytes));
      const part = await get(first.url, start, until);
      if (part instanceof Refusal) return part;
      const has = readRange(part);
      if (has?.start !== start || (has.size ?? size) !== size || part.headers.etag !== first.headers.etag) {
        discard(part);
        return new Refusal('the file changed between two requests');
      }
      return await keep(part, start, until);
    },
  };

  async function get(from: URL, start: number, end: number): Promise<Incoming | Refusal> {
    const headers = { range: `bytes=${start}-${end - 1}` };
    return await fetcher.send(from, { method: 'GET', headers, signal, followRedirects: true });
  }

  async function keep(part: Incoming, start: number, end: number): Promise<undefined | Refusal> {
    const written = await writeBody(part, file, { position: start, atMost: end - start, limits });
    if (written instanceof Refusal) return written;
    if (written !== end - start) return new Refusal('a range of another length than was asked for');
    present.push({ start, end });
    return undefined;
  }

  async function whole(answer: Incoming): Promise<PartialCopy | 'too large' | Refusal> {
    const bytes = await writeWhole(answer, file, limits);
    if (typeof bytes !== 'number') return bytes;
    const everything = { start: 0, end: bytes };
    return { size: bytes, present: [everything], fetch: async () => new Refusal('nothing is left to fetch') };
  }
}
