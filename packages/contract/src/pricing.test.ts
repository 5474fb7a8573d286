import { expect, test } from 'vitest';
import { computePrice, defaultPrices } from './pricing.ts';

test.each([
  ['image', 720, 1, 1],
  ['image', 1080, 1, 3],
  ['video', 720, 1, 3],
  ['video', 720, 30, 3],
  ['video', 720, 31, 6],
  ['video', 1080, 240, 80],
] as const)(
  'price of a job (%s, %i, %i frames) is %i credits',
  (generationType, maxResolution, frames, credits) => {
    expect(computePrice(defaultPrices, { generationType, maxResolution, frames })).toBe(credits);
  },
);
