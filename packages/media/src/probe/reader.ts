import { readSync } from 'node:fs';
import type { Range } from './verdict.ts';

/** Thrown by a Reader, caught in `probeFile`: the bytes exist but are not in the local file yet. */
export class MissingBytes extends Error {
  readonly range: Range;
  constructor(range: Range) {
    super(`bytes ${range.start} to ${range.end} are not here yet`);
    this.range = range;
  }
}

/** Thrown by the parsers, caught in `probeFile`: the bytes contradict the format, or end too early. */
export class Damaged extends Error {}

/** Reads a local file of which only some ranges may be there. */
export interface Reader {
  readonly size: number;
  /** Exactly `length` bytes. Throws Damaged past the end of the file, MissingBytes for an absent part. */
  read(position: number, length: number): Buffer;
}

/** A Reader of the file open as `descriptor`. `present` are the ranges that are there. */
export function openReader(descriptor: number, size: number, present: readonly Range[]): Reader {
  return {
    size,
    read(position, length) {
      const end = position + length;
      if (!Number.isSafeInteger(end) || position < 0 || length < 0 || end > size) {
        throw new Damaged('it ends too early');
      }
      if (!present.some((range) => range.start <= position && end <= range.end)) {
        throw new MissingBytes({ start: position, end });
      }
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(descriptor, bytes, 0, length, position) !== length) {
        throw new Damaged('it ends too early');
      }
      return bytes;
    },
  };
}
