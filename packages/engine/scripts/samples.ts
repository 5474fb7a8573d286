/**
 * Draws the pictures in `samples/`, which a first call has something to post with: a subject before a scene,
 * its true matte, a scene to put it in, and a short shot of both kinds. Takes no arguments and always gives
 * the same pictures. Run: node packages/engine/scripts/samples.ts
 */

import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  createPlanes,
  createRandom,
  linearSteps,
  linearToByte,
  rgbToPlanes,
  writeGrey,
} from '@restage/pixels';
import { paintPlate, parsePrompt } from '@restage/scenes';
import { Rational } from 'node-av/lib';
import sharp from 'sharp';
import { createBackdrop, paintedToPlate } from '../src/composite/backdrop.ts';
import { createWriter } from '../src/video/encode.ts';
import type { Pose } from './robot.ts';
import { develop, look } from './studio.ts';

const folder = fileURLToPath(new URL('../../../samples/', import.meta.url));

/** Draws one picture and its matte with `grid × grid` looks a pixel. */
function draw(width: number, height: number, grid: number, pose: Pose) {
  const picture = new Uint8Array(width * height * 3);
  const matte = new Uint8Array(width * height);
  const random = createRandom(9);
  for (let p = 0; p < matte.length; p++) {
    const sum = [0, 0, 0];
    let covered = 0;
    for (let n = 0; n < grid * grid; n++) {
      const x = (p % width) + ((n % grid) + 0.5) / grid;
      const y = Math.floor(p / width) + (Math.floor(n / grid) + 0.5) / grid;
      const seen = look((x * 2 - width) / height, 1 - (y * 2) / height, pose);
      const shown = develop(seen.colour);
      for (const c of [0, 1, 2] as const) sum[c] = (sum[c] ?? 0) + shown[c];
      covered += seen.subject;
    }
    matte[p] = Math.round((covered / (grid * grid)) * 255);
    const grain = (random() + random() - 1) * 2.2;
    for (let c = 0; c < 3; c++) {
      const level = linearToByte[Math.round(((sum[c] ?? 0) / (grid * grid)) * linearSteps)] ?? 0;
      picture[p * 3 + c] = Math.max(0, Math.min(255, Math.round(level + grain)));
    }
  }
  return { picture, matte };
}

async function still(): Promise<void> {
  const [width, height] = [1280, 720];
  const { picture, matte } = draw(width, height, 3, { turn: 0.28, swing: 0.35, bob: 0 });
  await sharp(picture, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 92, chromaSubsampling: '4:4:4' })
    .toFile(join(folder, 'subject.jpg'));
  await sharp(matte, { raw: { width, height, channels: 1 } })
    .png({ compressionLevel: 9 })
    .toFile(join(folder, 'matte.png'));
}

async function reference(): Promise<void> {
  const [width, height] = [1280, 720];
  const { plate } = paintPlate(parsePrompt('sunset over the sea, cloudy'), width, height, 21);
  const backdrop = createBackdrop(paintedToPlate(plate), { width, height }, 1.5, 21);
  const bytes = new Uint8Array(width * height * 3);
  const codes = new Float32Array(width * 3);
  for (let y = 0; y < height; y++) backdrop.row(y, codes, bytes.subarray(y * width * 3, (y + 1) * width * 3));
  await sharp(bytes, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 88 })
    .toFile(join(folder, 'reference.jpg'));
}

async function shot(): Promise<void> {
  const [width, height, frames] = [640, 360, 36];
  const common = { width, height, timeBase: new Rational(1, 24), frameRate: new Rational(24, 1) };
  const colour = await createWriter(join(folder, 'shot.mp4'), { ...common, preset: 'veryfast', quality: 20 });
  const alpha = await createWriter(join(folder, 'shot-matte.mp4'), {
    ...common,
    preset: 'veryfast',
    quality: 16,
  });
  const grey = createPlanes(width, height);
  for (let frame = 0; frame < frames; frame++) {
    const phase = (frame / frames) * Math.PI * 2;
    const { picture, matte } = draw(width, height, 2, {
      turn: Math.sin(phase) * 0.7,
      swing: Math.sin(phase) * 0.5,
      bob: Math.abs(Math.sin(phase)) * 0.03,
    });
    await colour.write(rgbToPlanes({ width, height, data: picture }), BigInt(frame), 1n);
    writeGrey(matte, grey);
    await alpha.write(grey, BigInt(frame), 1n);
  }
  for (const writer of [colour, alpha]) {
    await writer.finish();
    await writer.close();
  }
}

mkdirSync(folder, { recursive: true });
await still();
await reference();
await shot();
