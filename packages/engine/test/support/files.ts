import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import type { Picture } from '@restage/pixels';
import sharp from 'sharp';
import { onTestFinished } from 'vitest';
import { type DecodedFrame, decodeFrames } from '../../src/video/decode/decode.ts';
import { closeVideo, openVideo } from '../../src/video/decode/open.ts';

export { cutVideo, egg } from './cut-video.ts';

/** Creates a folder that is removed after the test. */
export function createFolder(): string {
  const path = mkdtempSync(join(tmpdir(), 'restage-engine-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

export async function readPixels(path: string) {
  const { data, info } = await sharp(path)
    .removeAlpha()
    .toColourspace('srgb')
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, width: info.width, height: info.height };
}

/** Writes a picture as PNG. */
export async function drawPicture(path: string, { width, height, data }: Picture): Promise<string> {
  await sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toFile(path);
  return path;
}

/** Writes a grey PNG drawn by `value(x, y)` in 0…255, x and y in 0…1. */
export async function drawMatte(
  path: string,
  width: number,
  height: number,
  value: (x: number, y: number) => number,
): Promise<string> {
  const data = Buffer.alloc(width * height);
  for (let p = 0; p < data.length; p++)
    data[p] = value(((p % width) + 0.5) / width, (Math.floor(p / width) + 0.5) / height);
  await sharp(data, { raw: { width, height, channels: 1 } })
    .png()
    .toFile(path);
  return path;
}

/** Decodes a video. @returns its properties, every frame's time, and the first frame's planes. */
export async function inspectVideo(path: string, onFrame?: (frame: DecodedFrame) => void) {
  const input = await openVideo(path, 'file');
  if (isFailure(input)) throw new Error(input.message);
  const times: number[] = [];
  const ends: number[] = [];
  let first: Uint8Array = new Uint8Array();
  const { num, den } = input.timeBase;
  for await (const frame of decodeFrames(input, input, 'colour')) {
    if (times.length === 0) first = frame.data;
    onFrame?.(frame);
    times.push((Number(frame.pts) * num) / den);
    ends.push((Number(frame.pts + frame.duration) * num) / den);
  }
  const { codecpar } = input.stream;
  const result = {
    width: input.width,
    height: input.height,
    frames: times.length,
    times,
    duration: Math.max(...ends) - Math.min(...times),
    first,
    audio: input.audio !== undefined,
    range: codecpar.colorRange,
    space: codecpar.colorSpace,
  };
  await closeVideo(input);
  return result;
}
