import { expect, test } from 'vitest';
import { createRandom } from '../math/random.ts';
import { mapMatte } from './planes.ts';

const table = Uint8Array.from({ length: 256 }, (_, i) => (i * 7 + 3) & 255);

test.each([0, 1, 4])('mapMatte maps each byte, wherever the matte begins in memory (%i)', (start) => {
  const random = createRandom(start);
  const flat = [16, 235, 90] as const;
  const bytes = Uint8Array.from({ length: 1003 + start }, (_, i) =>
    i % 40 < 30 ? (flat[Math.floor(i / 40) % 3] ?? 0) : random() * 256,
  ).subarray(start);
  const expected = bytes.map((value) => table[value] ?? 0);
  const out = new Uint8Array(bytes.length);
  mapMatte(bytes, table, { empty: 16, full: 235 }, out);
  expect(out).toEqual(expected);
  mapMatte(bytes, table, { empty: 16, full: 235 }, bytes);
  expect(bytes).toEqual(expected);
});
