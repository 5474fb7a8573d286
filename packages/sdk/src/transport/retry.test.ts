import { expect, test } from 'vitest';
import { computeRetryDelay } from './retry.ts';

test('the retry delay doubles up to 8 s, and jitter shortens it by at most a quarter', () => {
  const delays = [0, 1, 2, 3, 4, 10].map((retries) => computeRetryDelay(retries, undefined, 500, () => 0));
  expect(delays).toEqual([500, 1000, 2000, 4000, 8000, 8000]);
  expect(computeRetryDelay(1, undefined, 500, () => 0.999)).toBeCloseTo(750, -1);
});

test('the retry delay is never shorter than retryAfter, which jitter only lengthens', () => {
  expect(computeRetryDelay(0, 2, 500, () => 0)).toBe(2000);
  expect(computeRetryDelay(5, 2, 500, () => 0.5)).toBe(2250);
});
