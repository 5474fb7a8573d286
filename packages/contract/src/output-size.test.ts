import { expect, test } from 'vitest';
import { outputSize } from './limits.ts';
import { defaultPrices, price } from './pricing.ts';

test.each([
  [{ width: 512, height: 512 }, 1080, 'image', { width: 512, height: 512 }],
  [{ width: 1920, height: 1440 }, 1080, 'image', { width: 1440, height: 1080 }],
  [{ width: 1440, height: 1920 }, 1080, 'image', { width: 1080, height: 1440 }],
  [{ width: 1000, height: 1000 }, 720, 'image', { width: 720, height: 720 }],
  [{ width: 2770, height: 1000 }, 720, 'image', { width: 1280, height: 462 }],
  [{ width: 1, height: 2_770_000 }, 720, 'image', { width: 1, height: 1280 }],
  [{ width: 451, height: 301 }, 1080, 'video', { width: 450, height: 300 }],
  [{ width: 1080, height: 1920 }, 720, 'video', { width: 720, height: 1280 }],
  [{ width: 1, height: 1 }, 1080, 'video', { width: 2, height: 2 }],
] as const)('%j at %i, %s → %j', (source, resolution, type, size) => {
  expect(outputSize(source, resolution, type)).toEqual(size);
});

test.each([
  ['image', 720, 1, 1],
  ['image', 1080, 1, 3],
  ['video', 720, 1, 3],
  ['video', 720, 30, 3],
  ['video', 720, 31, 6],
  ['video', 1080, 240, 80],
] as const)('%s at %i of %i frames costs %i', (generationType, maxResolution, frames, credits) => {
  expect(price(defaultPrices, { generationType, maxResolution, frames })).toBe(credits);
});
