import { expect, test } from 'vitest';
import { computeOutputSize } from './output-size.ts';

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
] as const)('outputSize of %j at %i, %s is %j', (source, resolution, type, size) => {
  expect(computeOutputSize(source, resolution, type)).toEqual(size);
});
