import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRandom } from '@restage/pixels';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createFolder } from '../../test/support/files.ts';
import { writePng } from './png.ts';

/** Smooth on the left, noise on the right, flat in between. */
function picture(width: number, height: number, channels: number): Uint8Array {
  const random = createRandom(width);
  return Uint8Array.from({ length: width * height * channels }, (_, i) => {
    const x = (Math.floor(i / channels) % width) / width;
    return x < 0.3 ? x * 400 + i / 1e4 : x < 0.6 ? 200 : random() * 256;
  });
}

describe.each([
  ['colour', 3],
  ['grey', 1],
] as const)('%s', (_, channels) => {
  test.each([
    [1, 1],
    [5, 3],
    [16, 9],
    [2003, 311],
  ])('writePng keeps every one of %i × %i pixels', async (width, height) => {
    const path = join(createFolder(), 'picture.png');
    const data = picture(width, height, channels);
    await writePng(path, { data, width, height, channels });

    expect(await sharp(path).metadata()).toMatchObject({ channels, depth: 'uchar' });
    const read = await sharp(path)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(read.info).toMatchObject({ width, height, channels });
    expect(Buffer.compare(read.data, data)).toBe(0);
  });
});

test('writePng gives the same bytes for the same pixels, also when several run at once', async () => {
  const path = (n: number) => join(createFolder(), `${n}.png`);
  const data = picture(1200, 900, 3);
  const paths = Array.from({ length: 4 }, (_, n) => path(n));
  await Promise.all(paths.map((one) => writePng(one, { data, width: 1200, height: 900, channels: 3 })));
  const [first, ...others] = paths.map((one) => readFileSync(one));
  for (const other of others) expect(first && Buffer.compare(first, other)).toBe(0);
});

test('writePng takes less than 20 kB for a plain white picture of 2.7 megapixels', async () => {
  const path = join(createFolder(), 'white.png');
  await writePng(path, {
    data: new Uint8Array(2000 * 1350).fill(255),
    width: 2000,
    height: 1350,
    channels: 1,
  });
  expect(readFileSync(path).length).toBeLessThan(20_000);
});

test('writePng rejects when the folder is missing', async () => {
  await expect(
    writePng(join(createFolder(), 'none', 'a.png'), {
      data: new Uint8Array(3),
      width: 1,
      height: 1,
      channels: 3,
    }),
  ).rejects.toThrow('none/a.png');
});
