import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, inflateSync } from 'node:zlib';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../math/random.ts';
import { folder } from '../test-kit.ts';
import { pixelRows, writePng } from './png.ts';

/** The chunks of a PNG, their checksums checked. */
function chunksOf(file: Buffer): ReadonlyMap<string, Buffer> {
  const chunks = new Map<string, Buffer>();
  for (let at = 8; at < file.length; ) {
    const length = file.readUInt32BE(at);
    const data = file.subarray(at + 8, at + 8 + length);
    expect(file.readUInt32BE(at + 8 + length)).toBe(crc32(file.subarray(at + 4, at + 8 + length)));
    chunks.set(file.toString('latin1', at + 4, at + 8), data);
    at += 12 + length;
  }
  return chunks;
}

/** Smooth on the left, noise on the right, flat in between. */
function picture(width: number, height: number, channels: number): Uint8Array {
  const random = randomFrom(width);
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
    // Several bands, of colour.
    [2003, 311],
  ])('%i × %i pixels come back as they were written', async (width, height) => {
    const path = join(folder(), 'picture.png');
    const data = picture(width, height, channels);
    await writePng(path, pixelRows(data, width, height, channels));

    const chunks = chunksOf(readFileSync(path));
    expect([...chunks.keys()]).toEqual(['IHDR', 'IDAT', 'IEND']);
    // inflateSync holds the stream against its Adler-32.
    expect(inflateSync(chunks.get('IDAT') ?? '')).toHaveLength((width * channels + 1) * height);
    expect(await sharp(path).metadata()).toMatchObject({ channels, depth: 'uchar' });
    const read = await sharp(path)
      .toColourspace(channels === 1 ? 'b-w' : 'srgb')
      .raw()
      .toBuffer({ resolveWithObject: true });
    expect(read.info).toMatchObject({ width, height, channels });
    expect(Buffer.compare(read.data, data)).toBe(0);
  });
});

test('the same pixels are the same bytes, whatever else the thread pool has to do', async () => {
  const path = (n: number) => join(folder(), `${n}.png`);
  const data = picture(1200, 900, 3);
  const paths = Array.from({ length: 4 }, (_, n) => path(n));
  await Promise.all(paths.map((one) => writePng(one, pixelRows(data, 1200, 900, 3))));
  const [first, ...others] = paths.map((one) => readFileSync(one));
  for (const other of others) expect(first && Buffer.compare(first, other)).toBe(0);
});

test('what stays still costs next to nothing', async () => {
  const path = join(folder(), 'white.png');
  await writePng(path, pixelRows(new Uint8Array(2000 * 1350).fill(255), 2000, 1350, 1));
  expect(readFileSync(path).length).toBeLessThan(20_000);
});

test('a folder that is not there is an error', async () => {
  await expect(
    writePng(join(folder(), 'none', 'a.png'), pixelRows(new Uint8Array(3), 1, 1, 3)),
  ).rejects.toThrow('ENOENT');
});
