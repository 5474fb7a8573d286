import { expect, test } from 'vitest';
import { delayBefore } from './retry.ts';

test('delays double up to eight seconds, and jitter only shortens them, by at most a quarter', () => {
  const longest = [0, 1, 2, 3, 4, 10].map((retries) => delayBefore(retries, undefined, 500, () => 0));
  expect(longest).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
  expect(delayBefore(1, undefined, 500, () => 0.999)).toBeCloseTo(750, -1);
});

test('jitter only lengthens what the server asked for', () => {
  expect(delayBefore(0, 2, 500, () => 0)).toBe(2000);
  expect(delayBefore(5, 2, 500, () => 0.5)).toBe(2250);
});
