import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { crc32, deflateSync } from 'node:zlib';
import { limits } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import { createRandom } from '@restage/pixels';
import sharp, { type Sharp } from 'sharp';
import { describe, expect, test } from 'vitest';
import { createFolder, readPixels } from '../../test/support/files.ts';
import type { RenderRequest } from '../engine.ts';
import { readReference, readSource } from './read.ts';
import { renderImage } from './render.ts';

const [width, height] = [96, 64];

/** A gradient under grain, so that no row is of one colour. */
function draw(): Sharp {
  const random = createRandom(3);
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 40 + (i % 3 === 0 ? x * 1.5 : y * 2) + random() * 40;
  });
  return sharp(data, { raw: { width, height, channels: 3 } });
}

const jpeg = await draw().jpeg({ quality: 90 }).toBuffer();
const progressive = await draw().jpeg({ quality: 90, progressive: true }).toBuffer();
const png = await draw().png().toBuffer();
const webp = await draw().webp({ lossless: true }).toBuffer();
const flat = await sharp({ create: { width, height, channels: 3, background: '#c02020' } })
  .jpeg()
  .toBuffer();

/** Puts bytes into a file before the first place where `mark` stands. */
function insert(file: Buffer, mark: readonly number[], ...bytes: readonly number[]): Buffer {
  const at = file.indexOf(Buffer.from(mark));
  return Buffer.concat([file.subarray(0, at), Buffer.from(bytes), file.subarray(at)]);
}

function pngChunk(type: string, body: Buffer, checksum = crc32(Buffer.concat([Buffer.from(type), body]))) {
  const [length, check] = [Buffer.alloc(4), Buffer.alloc(4)];
  length.writeUInt32BE(body.length);
  check.writeUInt32BE(checksum);
  return Buffer.concat([length, Buffer.from(type), body, check]);
}

/** A PNG with a chunk behind its header. */
function withChunk(file: Buffer, chunk: Buffer): Buffer {
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(33)]);
}

function write(name: string, bytes: Buffer): string {
  const path = join(createFolder(), name);
  writeFileSync(path, bytes);
  return path;
}

async function read(bytes: Buffer): Promise<Uint8Array> {
  const source = await readSource(write('source', bytes), { width, height });
  if (isFailure(source)) throw new Error(source.message);
  return source.data;
}

function meanDifference(one: Uint8Array, other: Uint8Array): number {
  return one.reduce((sum, value, i) => sum + Math.abs(value - (other[i] ?? 0)), 0) / one.length;
}

const quantisation = [0xff, 0xdb];
const scan = [0xff, 0xda];

describe('a picture that decoders show with a warning is read like the whole one', () => {
  test.each<[string, Buffer, Buffer]>([
    ['a JPEG without its end', jpeg.subarray(0, -2), jpeg],
    ['a progressive JPEG without its end', progressive.subarray(0, -2), progressive],
    ['a JPEG of one colour without its end', flat.subarray(0, -2), flat],
    ['a JPEG with bytes after its end', Buffer.concat([jpeg, Buffer.from('after')]), jpeg],
    ['a JPEG with stray bytes between segments', insert(jpeg, quantisation, 0, 0x55, 0xff, 0), jpeg],
    ['a JPEG with stray bytes behind its first marker', insert(jpeg, [0xff, 0xe0], 1, 2, 3), jpeg],
    ['a JPEG with stray bytes before its scan', insert(jpeg, scan, 1, 2, 3), jpeg],
    ['a JPEG with fill bytes', insert(jpeg, quantisation, ...Array.from({ length: 40 }, () => 0xff)), jpeg],
    ['a PNG with bytes after its end', Buffer.concat([png, Buffer.from('after')]), png],
    ['a PNG without its end', png.subarray(0, -12), png],
    ['a PNG with a comment of wrong checksum', withChunk(png, pngChunk('tEXt', Buffer.from('a\0b'), 1)), png],
    ['a WebP with bytes after its end', Buffer.concat([webp, Buffer.from('after that')]), webp],
  ])('%s', async (_name, bytes, whole) => {
    expect(Buffer.compare(await read(bytes), await read(whole))).toBe(0);
  });

  test.each<[string, Buffer, Buffer]>([
    ['a JPEG without its last rows', jpeg.subarray(0, Math.floor(jpeg.length * 0.9)), jpeg],
    ['a progressive JPEG without its last bits', progressive.subarray(0, -60), progressive],
  ])('%s, but for what is missing', async (_name, bytes, whole) => {
    expect(meanDifference(await read(bytes), await read(whole))).toBeLessThan(8);
  });
});

test.each<[string, Buffer]>([
  ['a JPEG', jpeg.subarray(0, Math.floor(jpeg.length * 0.3))],
  ['a progressive JPEG', progressive.subarray(0, progressive.indexOf(Buffer.from(scan)) + 200)],
  ['a PNG', png.subarray(0, Math.floor(png.length * 0.4))],
])('%s that lacks most of its pixels is refused', async (_name, bytes) => {
  const source = await readSource(write('source', bytes), { width, height });
  expect(isFailure(source) && source.message).toBe(
    'The source could not be decoded as an image: it is damaged or incomplete.',
  );
});

test('a picture in Display P3 comes out in the same colours in sRGB', async () => {
  const colour = { r: 200, g: 60, b: 50 };
  const image = sharp({ create: { width, height, channels: 3, background: colour } });
  for (const format of ['jpeg', 'png', 'webp'] as const) {
    const file = await image.clone().withIccProfile('p3').toFormat(format, { quality: 100 }).toBuffer();
    const stored = await sharp(file, { ignoreIcc: true }).raw().toBuffer();
    expect(Math.abs((stored[0] ?? 0) - colour.r)).toBeGreaterThan(8);
    const data = await read(file);
    for (const [c, value] of [colour.r, colour.g, colour.b].entries())
      expect(Math.abs((data[c] ?? 0) - value), `${format}, channel ${c}`).toBeLessThanOrEqual(3);
  }
});

async function renderStill(bytes: Buffer) {
  const source = write('source', bytes);
  const request: RenderRequest = {
    ...{ generationType: 'image', alphaMode: 'fill', prompt: 'dusk', seed: 1, maxResolution: 720 },
    ...{ source, outputDirectory: createFolder() },
  };
  const result = await renderImage(request, () => {});
  if (isFailure(result)) throw new Error(result.message);
  return readFileSync(result.source);
}

describe('the source that comes back', () => {
  test('is the file itself where that is a plain PNG', async () => {
    expect((await renderStill(png)).equals(png)).toBe(true);
  });

  const control = Buffer.alloc(8);
  control.writeUInt32BE(2);
  const frame = (sequence: number) => {
    const body = Buffer.alloc(26);
    for (const [n, value] of [sequence, width, height].entries()) body.writeUInt32BE(value, n * 4);
    return pngChunk('fcTL', body);
  };
  const black = Buffer.concat([Buffer.alloc(4), deflateSync(Buffer.alloc(height * (width * 3 + 1)))]);
  black.writeUInt32BE(2);
  const animated = Buffer.concat([
    withChunk(png.subarray(0, -12), Buffer.concat([pngChunk('acTL', control), frame(0)])),
    frame(1),
    pngChunk('fdAT', black),
    png.subarray(-12),
  ]);
  const gamma = Buffer.alloc(4);
  gamma.writeUInt32BE(100_000);

  test.each([
    ['the first frame of an animated PNG', animated],
    ['without a gamma that was not heeded', withChunk(png, pngChunk('gAMA', gamma))],
    [
      'without code points that were not heeded',
      withChunk(png, pngChunk('cICP', Buffer.from([9, 16, 0, 1]))),
    ],
    ['without what stood after its end', Buffer.concat([png, Buffer.from('after')])],
  ])('is a plain PNG of the same pixels: %s', async (_name, bytes) => {
    const source = await renderStill(bytes);
    for (const type of ['acTL', 'fcTL', 'fdAT', 'gAMA', 'cICP', 'after'])
      expect(source.includes(type)).toBe(false);
    const shown = await readPixels(write('returned.png', source));
    expect(Buffer.compare(shown.data, await sharp(png).raw().toBuffer())).toBe(0);
  });

  test('is the first frame of an animated WebP', async () => {
    const frames = await Promise.all(
      ['#c02020', '#2020c0'].map((background) =>
        sharp({ create: { width, height, channels: 3, background } })
          .png()
          .toBuffer(),
      ),
    );
    const source = await renderStill(
      await sharp(frames, { join: { animated: true } })
        .webp({ lossless: true, delay: [100, 100] })
        .toBuffer(),
    );
    const shown = await readPixels(write('returned.png', source));
    expect(shown).toMatchObject({ width, height });
    expect([...shown.data.subarray(0, 3)]).toEqual([0xc0, 0x20, 0x20]);
  });
});

describe('a reference', () => {
  const blank = (w: number, h: number) =>
    sharp({ create: { width: w, height: h, channels: 3, background: '#406080' }, limitInputPixels: false });

  test.each([
    ['a phone’s photograph', 4032, 3024],
    ['as many pixels as a start takes', 8000, limits.referencePixels / 8000],
    ['a line of pixels across', 900_000, 1],
    ['a line of pixels down', 1, 900_000],
    ['one pixel', 1, 1],
  ])('of %s is read', async (_name, w, h) => {
    const path = write(
      'reference',
      await blank(w, h)
        .toFormat(w > 65_000 || h > 65_000 ? 'png' : 'jpeg')
        .toBuffer(),
    );
    const plate = await readReference(path, 64, 36);
    if (isFailure(plate)) throw new Error(plate.message);
    expect(plate).toHaveLength(64 * 36 * 3);
    for (const [c, value] of [0x40, 0x60, 0x80].entries())
      expect(Math.abs((plate[c] ?? 0) - value)).toBeLessThanOrEqual(2);
  });

  test('of more pixels than a start takes is refused', async () => {
    const path = write(
      'reference.jpg',
      await blank(8000, limits.referencePixels / 8000 + 1)
        .jpeg()
        .toBuffer(),
    );
    expect(await readReference(path, 64, 36)).toEqual(
      failWith('INVALID_INPUT', 'The reference image has more pixels than can be processed.'),
    );
  });
});
