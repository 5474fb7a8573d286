import { webcrypto } from 'node:crypto';
import { expect, test } from 'vitest';
import { getIdTime, isId, newId, toUuid } from './ids.ts';

const random = (bytes: Uint8Array) => webcrypto.getRandomValues(bytes);

test('newId creates well-formed ids with a prefix, which sort by time', () => {
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

test('idTime returns when an id was created', () => {
  for (const now of [0, 1_700_000_000_001, 4_000_000_000_000]) {
    expect(getIdTime(newId('upload', now, random))).toBe(now);
  }
});

test('ids that are created in the same millisecond differ', () => {
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
])('isId is false for %j', (value) => {
  expect(isId('generation', value)).toBe(false);
});

test('uuidOf returns the UUIDv7 of an id, whatever its bits', () => {
  for (const fill of [0, 1, 0x7f, 0x80, 0xff]) {
    const id = newId('generation', 1_700_000_000_000 + fill, (bytes) => bytes.fill(fill));
    const uuid = toUuid(id);
    expect(uuid).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
    // The first 48 bits are the time.
    expect(Number.parseInt(uuid.replaceAll('-', '').slice(0, 12), 16)).toBe(1_700_000_000_000 + fill);
  }
  expect(toUuid('swx_00000000000000000000000001')).toBe('00000000-0000-0000-0000-000000000001');
});
