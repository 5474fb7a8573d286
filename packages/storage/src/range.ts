import type { ByteRange } from './blob-store.ts';

/**
 * Parses a `Range` header for a representation of `size` bytes (RFC 9110, 14.1.2 and 14.2).
 * @returns the range to send with 206, cut to the size; `whole` to ignore the header, which the RFC allows for other
 * units, malformed ranges and several ranges at once; `unsatisfiable` for 416
 */
export function parseRange(header: string | null, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  const set = /^bytes=(.*)$/i.exec(header?.trim() ?? '')?.[1];
  const range = /^(\d*)-(\d*)$/.exec(set?.trim() ?? '');
  if (range === null) return 'whole';
  const [, first = '', last = ''] = range;
  if (first === '') return last === '' ? 'whole' : toSuffixRange(Number(last), size);

  const start = Number(first);
  const end = last === '' ? Number.POSITIVE_INFINITY : Number(last);
  if (end < start) return 'whole';
  if (start >= size) return 'unsatisfiable';
  return { start, end: Math.min(end, size - 1) };
}

/** The last `length` bytes. An empty representation is sent whole: no 206 could name its bytes. */
function toSuffixRange(length: number, size: number): ByteRange | 'whole' | 'unsatisfiable' {
  if (length === 0) return 'unsatisfiable';
  if (size === 0) return 'whole';
  return { start: Math.max(0, size - length), end: size - 1 };
}
