import { fileURLToPath } from 'node:url';
import { isFailure } from '@restage/errors';
import { createMatteFinder } from '@restage/matting';
import { iou } from '@restage/matting/testing';
import {
  bakeLut,
  byteToLinear,
  createGrid,
  createRandom,
  linearSteps,
  linearToByte,
  parseHex,
  type Rgb,
  rgbToLab,
  viewPicture,
  viewPlanes,
} from '@restage/pixels';
import sharp from 'sharp';
import { describe, expect, test } from 'vitest';
import { createBackdrop, linearToPlate } from '../src/composite/backdrop.ts';
import { createBlend } from '../src/composite/blend.ts';
import { computeFields } from '../src/composite/fields.ts';
import { renderImage } from '../src/image/render.ts';
import { decodeFrames } from '../src/video/decode/decode.ts';
import { openVideo } from '../src/video/decode/open.ts';
import { createFolder, readPixels } from './support/files.ts';

const sample = (name: string) => fileURLToPath(new URL(`../../../samples/${name}`, import.meta.url));
const grey = async (path: string) => sharp(path).toColourspace('b-w').extractChannel(0).raw().toBuffer();

async function decoded(name: string, kind: 'colour' | 'matte'): Promise<Uint8Array[]> {
  const input = await openVideo(sample(name), 'sample');
  if (isFailure(input)) throw new Error(input.message);
  const frames: Uint8Array[] = [];
  for await (const { data } of decodeFrames(input, input, kind)) frames.push(data);
  await input.context.closeInput();
  return frames;
}

describe('the automatic matte', () => {
  test('has an IoU above 0.9 for the drawn subject', async () => {
    const picture = await readPixels(sample('subject.jpg'));
    const found = createMatteFinder()(viewPicture(picture));
    expect(iou(found, await grey(sample('matte.png')))).toBeGreaterThan(0.9);
  });

  test('has a mean IoU above 0.9 for single frames of the shot', async () => {
    const [shot, matte] = [await decoded('shot.mp4', 'colour'), await decoded('shot-matte.mp4', 'matte')];
    const overlaps: number[] = [];
    for (const frame of [0, 9, 14, 27]) {
      const [planes, truth] = [shot[frame], matte[frame]];
      if (planes === undefined || truth === undefined) throw new Error('the sample is shorter');
      const view = viewPlanes({ width: 640, height: 360, data: planes });
      overlaps.push(iou(createMatteFinder()(view), truth));
    }
    expect(Math.min(...overlaps)).toBeGreaterThan(0.88);
    expect(overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length).toBeGreaterThan(0.9);
  });

  test('does not flicker on a static subject under sensor noise', async () => {
    const { data, width, height } = await readPixels(sample('subject.jpg'));
    const find = createMatteFinder();
    const random = createRandom(4);
    const mattes = Array.from({ length: 4 }, () =>
      find(
        viewPicture({
          width,
          height,
          data: data.map((value) => Math.max(0, Math.min(255, value + (random() - 0.5) * 6))),
        }),
      ),
    );
    for (const [n, matte] of mattes.slice(1).entries()) {
      let change = 0;
      for (let p = 0; p < matte.length; p++)
        change += Math.abs((matte[p] ?? 0) - (mattes[n]?.[p] ?? 0)) / 255;
      const subject = matte.reduce((sum, value) => sum + value / 255, 0);
      expect(change / subject).toBeLessThan(0.01);
    }
  });
});

test('relighting the drawn subject halves its colour distance to the scene and keeps its structure', async () => {
  const result = await renderImage(
    {
      generationType: 'image',
      alphaMode: 'custom',
      source: sample('subject.jpg'),
      alpha: sample('matte.png'),
      reference: sample('reference.jpg'),
      seed: 1,
      maxResolution: 720,
      outputDirectory: createFolder(),
    },
    () => {},
  );
  if (isFailure(result)) throw new Error(result.message);
  const [before, after, matte] = [
    await readPixels(result.source),
    await readPixels(result.render),
    await grey(result.alpha),
  ];
  const inside = (p: number) => matte[p] === 255;

  const scene = meanLab(after.data, (p) => matte[p] === 0);
  const distance = (data: Uint8Array) =>
    Math.hypot(...meanLab(data, inside).map((value, i) => value - (scene[i] ?? 0)));
  expect(distance(after.data)).toBeLessThan(distance(before.data) / 2);
  expect(detailSimilarity(before.data, after.data, before.width, before.height, inside)).toBeGreaterThan(0.9);
});

function meanLab(data: Uint8Array, passes: (p: number) => boolean): readonly number[] {
  const sum = [0, 0, 0];
  let count = 0;
  for (let p = 0; p < data.length / 3; p++) {
    if (!passes(p)) continue;
    const lab = rgbToLab([
      byteToLinear[data[p * 3] ?? 0] ?? 0,
      byteToLinear[data[p * 3 + 1] ?? 0] ?? 0,
      byteToLinear[data[p * 3 + 2] ?? 0] ?? 0,
    ]);
    for (const c of [0, 1, 2] as const) sum[c] = (sum[c] ?? 0) + lab[c];
    count++;
  }
  return sum.map((value) => value / count);
}

/** Contrast and structure terms of SSIM on luma, means taken out, in blocks of eight inside the subject. */
function detailSimilarity(
  one: Uint8Array,
  other: Uint8Array,
  width: number,
  height: number,
  inside: (p: number) => boolean,
): number {
  const luma = (data: Uint8Array, p: number) =>
    0.2126 * (data[p * 3] ?? 0) + 0.7152 * (data[p * 3 + 1] ?? 0) + 0.0722 * (data[p * 3 + 2] ?? 0);
  let [total, blocks] = [0, 0];
  for (let by = 0; by + 8 <= height; by += 8) {
    for (let bx = 0; bx + 8 <= width; bx += 8) {
      const cells = Array.from({ length: 64 }, (_, n) => (by + (n >> 3)) * width + bx + (n & 7));
      if (!cells.every(inside)) continue;
      const x = cells.map((p) => luma(one, p));
      const y = cells.map((p) => luma(other, p));
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / 64;
      const [mx, my] = [mean(x), mean(y)];
      const covariance = mean(x.map((value, n) => (value - mx) * ((y[n] ?? 0) - my)));
      const variances = mean(x.map((value) => (value - mx) ** 2)) + mean(y.map((value) => (value - my) ** 2));
      total += (2 * covariance + 58.5) / (variances + 58.5);
      blocks++;
    }
  }
  return total / blocks;
}

test('no halo: half-covered pixels are those of the subject over the new plate, within 4 codes on average', () => {
  const [width, height] = [240, 160];
  const [subject, old, plate]: [Rgb, Rgb, Rgb] = [
    parseHex('#c8502d'),
    parseHex('#37c84b'),
    parseHex('#1d2f6b'),
  ];
  const frame = new Uint8Array(width * height * 3);
  const matte = new Uint8Array(width * height);
  const truth = new Uint8Array(frame.length);
  const linear = new Float32Array(frame.length);
  const code = (value: number) => linearToByte[Math.round(value * linearSteps)] ?? 0;
  for (let p = 0; p < matte.length; p++) {
    const distance = Math.hypot((p % width) - 120, Math.floor(p / width) - 80);
    const alpha = Math.min(1, Math.max(0, (52 - distance) / 6));
    matte[p] = Math.round(alpha * 255);
    for (const c of [0, 1, 2] as const) {
      frame[p * 3 + c] = code(old[c] + (subject[c] - old[c]) * alpha);
      truth[p * 3 + c] = code(plate[c] + (subject[c] - plate[c]) * alpha);
      linear[p * 3 + c] = plate[c];
    }
  }
  const key = { x: 0, y: 0, strength: 0, tint: [1, 1, 1] as const, rim: 0 };
  const dark = createGrid(Math.ceil(width / 2), Math.ceil(height / 2), 3);
  const fields = computeFields(viewPicture({ width, height, data: frame }), matte, {
    coarse: dark,
    key,
    strength: 0,
  });
  const backdrop = createBackdrop(
    linearToPlate({ width, height, channels: 3, data: linear }),
    { width, height },
    0,
    1,
  );
  const row = createBlend({ frame, matte, backdrop, lut: bakeLut([]), ...fields }, width, height);
  const out = new Uint8Array(frame.length);
  for (let y = 0; y < height; y++) row(y, out.subarray(y * width * 3, (y + 1) * width * 3));
  let [error, count] = [0, 0];
  for (let i = 0; i < out.length; i++) {
    const a = matte[Math.floor(i / 3)] ?? 0;
    if (a === 0 || a === 255) continue;
    error += Math.abs((out[i] ?? 0) - (truth[i] ?? 0));
    count++;
  }
  expect(error / count).toBeLessThan(4);
});
