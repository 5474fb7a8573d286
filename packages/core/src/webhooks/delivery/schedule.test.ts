import { describe, expect, test } from 'vitest';
import { defaultWebhookSettings } from '../settings.ts';
import { computeRetryDelay } from './schedule.ts';

const waits = (chance: number) =>
  [1, 2, 3, 4, 5].map((attempts) => computeRetryDelay(defaultWebhookSettings, attempts, 0, chance));

test('the delays after each attempt are those of the contract, and there is none after the last', () => {
  expect(defaultWebhookSettings.delaysMs[0]).toBe(0);
  expect(waits(0.5)).toEqual([1000, 5000, 30_000, 120_000, undefined]);
});

test('jitter changes a delay by at most a fifth', () => {
  expect(waits(0)).toEqual([800, 4000, 24_000, 96_000, undefined]);
  expect(waits(1)).toEqual([1200, 6000, 36_000, 144_000, undefined]);
});

describe('a retry-after', () => {
  test.each([
    ['longer than the schedule is obeyed', 2, 60_000, 60_000],
    ['shorter than the schedule is ignored', 2, 2000, 5000],
    ['of days is limited to an hour', 1, 7 * 86_400_000, 3_600_000],
    ['of infinity is limited to an hour', 1, Number.POSITIVE_INFINITY, 3_600_000],
  ])('%s', (_, attempts, retryAfter, wait) => {
    expect(computeRetryDelay(defaultWebhookSettings, attempts, retryAfter, 0.5)).toBe(wait);
  });

  test('after the last attempt adds no attempt', () => {
    expect(computeRetryDelay(defaultWebhookSettings, 5, 60_000, 0.5)).toBeUndefined();
  });
});
