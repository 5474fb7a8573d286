import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { idTime, isId, newId } from './ids.ts';

const random = (bytes: Uint8Array) => webcrypto.getRandomValues(bytes);

test('ids have their prefix, are well-formed and sort by time', () => {
  const ids = [1, 1_700_000_000_000, 1_700_000_000_001, 4_000_000_000_000].map((now) =>
    newId('generation', now, random),
  );
  expect(ids).toEqual([...ids].sort());
  for (const id of ids) {
    expect(id).toMatch(/^swx_[0-9a-hjkmnp-tv-z]{26}$/);
    expect(isId('generation', id)).toBe(true);
    expect(isId('upload', id)).toBe(false);
  }
});

test('an id says when it was made', () => {
  for (const now of [0, 1_700_000_000_001, 4_000_000_000_000]) {
    expect(idTime(newId('upload', now, random))).toBe(now);
  }
});

test('ids of one moment differ', () => {
  const ids = Array.from({ length: 1000 }, () => newId('upload', 1_700_000_000_000, random));
  expect(new Set(ids).size).toBe(1000);
});

test.each([
  '',
  'swx_',
  'swx_1',
  `swx_${'z'.repeat(26)}`,
  `swx_${'0'.repeat(27)}`,
  `swx_${'0'.repeat(25)}\n`,
  null,
  7,
])('%j is no id', (value) => {
  expect(isId('generation', value)).toBe(false);
});
