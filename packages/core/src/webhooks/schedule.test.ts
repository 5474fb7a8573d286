import { describe, expect, test } from 'vitest';
import { nextWait } from './schedule.ts';
import { defaultWebhooks } from './settings.ts';

const waits = (chance: number) =>
  [1, 2, 3, 4, 5].map((attempts) => nextWait(defaultWebhooks, attempts, 0, chance));

test('the waits after each attempt are those of the contract, and then there are no more', () => {
  expect(defaultWebhooks.delays[0]).toBe(0);
  expect(waits(0.5)).toEqual([1000, 5000, 30_000, 120_000, undefined]);
});

test('jitter makes them a fifth shorter or longer at most', () => {
  expect(waits(0)).toEqual([800, 4000, 24_000, 96_000, undefined]);
  expect(waits(1)).toEqual([1200, 6000, 36_000, 144_000, undefined]);
});

describe('a receiver that asks to be left alone', () => {
  test.each([
    ['for longer than the schedule, is', 2, 60_000, 60_000],
    ['for less, gets the schedule', 2, 2000, 5000],
    ['for days, is for an hour', 1, 7 * 86_400_000, 3_600_000],
    ['for ever, is for an hour', 1, Number.POSITIVE_INFINITY, 3_600_000],
  ])('%s', (_, attempts, retryAfter, wait) => {
    expect(nextWait(defaultWebhooks, attempts, retryAfter, 0.5)).toBe(wait);
  });

  test('after the last attempt gets no more', () => {
    expect(nextWait(defaultWebhooks, 5, 60_000, 0.5)).toBeUndefined();
  });
});
