import { readSync } from 'node:fs';
import type { Range } from './protocol.ts';

/** Thrown by a Reader, caught in `probeFile`: the bytes exist, but have not been fetched yet. */
export class MissingBytesError extends Error {
  readonly range: Range;
  constructor(range: Range) {
    super(`bytes ${range.start} to ${range.end} are not here yet`);
    this.range = range;
  }
}

/** Thrown by the parsers, caught in `probeFile`: the bytes contradict the format, or end too early. */
export class DamagedFileError extends Error {}

/** Reads a local file of which only some ranges may be present. */
export interface Reader {
  readonly size: number;
  /** Reads `length` bytes. Throws DamagedFileError past the end of the file, MissingBytesError for a missing part. */
  read(position: number, length: number): Buffer;
}

/** A Reader of the file open as `descriptor`. `present` are the ranges that are there. */
export function openReader(descriptor: number, size: number, present: readonly Range[]): Reader {
  return {
    size,
    read(position, length) {
      const end = position + length;
      if (!Number.isSafeInteger(end) || position < 0 || length < 0 || end > size) {
        throw new DamagedFileError('it ends too early');
      }
      if (!present.some((range) => range.start <= position && end <= range.end)) {
        throw new MissingBytesError({ start: position, end });
      }
      const bytes = Buffer.allocUnsafe(length);
      if (readSync(descriptor, bytes, 0, length, position) !== length) {
        throw new DamagedFileError('it ends too early');
      }
      return bytes;
    },
  };
}
