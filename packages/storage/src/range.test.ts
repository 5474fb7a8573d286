import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRange } from './range.ts';

describe.each<[header: string | null, size: number, expected: ReturnType<typeof parseRange>]>([
  [null, 10, 'whole'],
  ['', 10, 'whole'],
  ['bytes=0-0', 10, { start: 0, end: 0 }],
  ['bytes=0-', 10, { start: 0, end: 9 }],
  ['bytes=2-5', 10, { start: 2, end: 5 }],
  ['BYTES=2-5', 10, { start: 2, end: 5 }],
  [' bytes= 2-5 ', 10, { start: 2, end: 5 }],
  ['bytes=9-', 10, { start: 9, end: 9 }],
  ['bytes=5-99999999999999999999999', 10, { start: 5, end: 9 }],
  ['bytes=10-', 10, 'unsatisfiable'],
  ['bytes=99999999999999999999999-', 10, 'unsatisfiable'],
  ['bytes=0-0', 0, 'unsatisfiable'],
  ['bytes=-1', 10, { start: 9, end: 9 }],
  ['bytes=-10', 10, { start: 0, end: 9 }],
  ['bytes=-11', 10, { start: 0, end: 9 }],
  ['bytes=-0', 10, 'unsatisfiable'],
  ['bytes=-5', 0, 'whole'],
  ['bytes=5-2', 10, 'whole'],
  ['bytes=-', 10, 'whole'],
  ['bytes=0-1,3-4', 10, 'whole'],
  ['bytes=1', 10, 'whole'],
  ['bytes=0x1-0x2', 10, 'whole'],
  ['bytes=1.5-2', 10, 'whole'],
  ['bytes=+1-2', 10, 'whole'],
  ['bytes=--2', 10, 'whole'],
  ['bytes=٣-', 10, 'whole'],
  ['bytes 0-1', 10, 'whole'],
  ['items=0-1', 10, 'whole'],
  ['bytes=0-1\nbytes=2-3', 10, 'whole'],
])('Range %j of %i bytes', (header, size, expected) => {
  test(`is ${JSON.stringify(expected)}`, () => {
    expect(parseRange(header, size)).toEqual(expected);
  });
});

test('for any header, the range lies within the representation', () => {
  const digits = fc.stringMatching(/^\d{0,25}$/);
  const header = fc.oneof(
    fc.string(),
    fc.tuple(digits, digits).map(([first, last]) => `bytes=${first}-${last}`),
  );
  fc.assert(
    fc.property(header, fc.nat(), (text, size) => {
      const range = parseRange(text, size);
      if (typeof range === 'string') return;
      expect(range.start).toBeGreaterThanOrEqual(0);
      expect(range.start).toBeLessThanOrEqual(range.end);
      expect(range.end).toBeLessThan(size);
    }),
    { numRuns: 5000 },
  );
});

test('a satisfiable first-last pair selects exactly the bytes it names', () => {
  fc.assert(
    fc.property(fc.nat(2000), fc.nat(2000), fc.integer({ min: 1, max: 1000 }), (a, b, size) => {
      const [first, last] = [Math.min(a, b), Math.max(a, b)];
      const bytes = Array.from({ length: size }, (_, index) => index);
      const range = parseRange(`bytes=${first}-${last}`, size);
      const named = bytes.slice(first, last + 1);
      if (named.length === 0) expect(range).toBe('unsatisfiable');
      else expect(range).toEqual({ start: named.at(0), end: named.at(-1) });
    }),
  );
});
