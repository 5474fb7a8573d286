/**
 * Draws the pictures and videos in `fixtures/` that tests read (fixtures/index.ts says what each is for). Takes no
 * arguments and always gives the same pictures. Run: node packages/engine/scripts/fixtures.ts
 */

import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openShot } from '@restage/matting/testing';
import { type Grid, linearSteps, linearToByte, resize, rgbToPlanes } from '@restage/pixels';
import { compressHighlight, paintPlate, parsePrompt } from '@restage/scenes';
import { Rational } from 'node-av/lib';
import sharp from 'sharp';
import { createWriter } from '../src/video/encode.ts';
import { makeVideo } from '../test/support/edge-case-videos.ts';

const target = (name: string) => fileURLToPath(new URL(join('../../../fixtures', name), import.meta.url));

/** One frame of a drawn shot, its middle of `width` : `height`, at that size. */
async function drawStill(shot: string, at: number, width: number, height: number) {
  const { picture } = await openShot(shot)(at);
  return sharp(picture.data, { raw: { width: picture.width, height: picture.height, channels: 3 } }).resize(
    width,
    height,
    { fit: 'cover' },
  );
}

/** A painted scene as 8-bit pixels. */
function drawScene(prompt: string, width: number, height: number) {
  const { plate } = paintPlate(parsePrompt(prompt), width, height, 3);
  return sharp(toFileBytes(resize(plate, width, height)), { raw: { width, height, channels: 3 } });
}

function toFileBytes({ data }: Grid): Uint8Array {
  return Uint8Array.from(
    data,
    (light) => linearToByte[Math.round(compressHighlight(light) * linearSteps)] ?? 0,
  );
}

async function drawBird(): Promise<void> {
  const [width, height, frames] = [1280, 720, 280];
  const shot = openShot('heron');
  const writer = await createWriter(target('bird.mp4'), {
    width,
    height,
    timeBase: new Rational(1, 20),
    frameRate: new Rational(20, 1),
    preset: 'veryfast',
    quality: 36,
  });
  for (let frame = 0; frame < frames; frame++) {
    const { picture } = await shot(frame / (frames - 1));
    await writer.write(rgbToPlanes(picture), BigInt(frame), 1n);
  }
  await writer.finish();
  await writer.close();
}

/** A bright disc that crosses a gradient, as codes of limited-range YCbCr. */
function disc(frames: number, aspect: number) {
  return (frame: number, x: number, y: number) => {
    const [cx, cy] = [0.2 + (0.6 * frame) / frames, 0.5 + 0.2 * Math.sin(frame / 20)];
    const inside = Math.hypot((x - cx) * aspect, y - cy) < 0.22;
    return inside ? ([200, 108, 150] as const) : ([50 + Math.round(90 * y), 138, 120] as const);
  };
}

const png = { compressionLevel: 9 };
await (await drawStill('sitter', 0, 512, 512)).png(png).toFile(target('portrait.png'));
await (await drawStill('animal', 0, 451, 300)).png(png).toFile(target('cat.png'));
await drawScene('warm café', 600, 400).png(png).toFile(target('room.png'));
await drawScene('dusk over the sea', 640, 427).jpeg({ quality: 85 }).toFile(target('sea.jpg'));
await drawBird();
await makeVideo(target('two-tracks.mp4'), {
  width: 480,
  height: 270,
  times: Array.from({ length: 390 }, (_, n) => Math.round((n * 1000) / 30)),
  draw: disc(390, 16 / 9),
  audio: true,
  secondTrack: true,
});
await makeVideo(target('wide.mp4'), {
  width: 1920,
  height: 1080,
  times: Array.from({ length: 240 }, (_, n) => n * 40),
  draw: disc(240, 16 / 9),
  audio: true,
});
