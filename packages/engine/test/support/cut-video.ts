import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { createPlanes, type Planes, writeGrey } from '@restage/pixels';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { closeVideo, openVideo } from '../../src/video/decode/open.ts';
import { createWriter } from '../../src/video/encode.ts';

/** Writes the first `frames` frames of a video; with `matte`, a matte drawn for each of them instead. */
export async function cutVideo(
  source: string,
  target: string,
  frames: number,
  matte?: (frame: number, x: number, y: number) => number,
): Promise<void> {
  const input = await openVideo(source, 'source');
  if (isFailure(input)) throw new Error(input.message);
  const { width, height } = input;
  const writer = await createWriter(target, {
    width,
    height,
    timeBase: input.timeBase,
    frameRate: input.stream.avgFrameRate,
    preset: 'veryfast',
    quality: 20,
  });
  let count = 0;
  for await (const { data, pts, duration } of decodeFrames(input, input, 'colour')) {
    const planes =
      matte === undefined
        ? { width, height, data }
        : greyPlanes(
            drawn(width, height, (x, y) => matte(count, x, y)),
            width,
            height,
          );
    await writer.write(planes, pts, duration);
    if (++count === frames) break;
  }
  await writer.finish();
  await writer.close();
  await closeVideo(input);
}

/** Writes the first frames of a video, and a video matte of an egg for each, to a folder. */
export async function cutWithMatte(video: string, folder: string, frames: number) {
  const source = join(folder, 'source.mp4');
  const alpha = join(folder, 'alpha.mp4');
  await cutVideo(video, source, frames);
  await cutVideo(video, alpha, frames, (_frame, x, y) => egg(x, y));
  return { source, alpha };
}

/** An egg in the middle: 255 inside, a soft edge, 0 outside. */
export function egg(x: number, y: number): number {
  const distance = Math.hypot((x - 0.45) / 0.3, (y - 0.55) / 0.42);
  return Math.round(255 * Math.min(1, Math.max(0, (1.02 - distance) / 0.04)));
}

function greyPlanes(grey: Uint8Array, width: number, height: number): Planes {
  const planes = createPlanes(width, height);
  writeGrey(grey, planes);
  return planes;
}

function drawn(width: number, height: number, value: (x: number, y: number) => number): Uint8Array {
  const data = new Uint8Array(width * height);
  for (let p = 0; p < data.length; p++)
    data[p] = value(((p % width) + 0.5) / width, (Math.floor(p / width) + 0.5) / height);
  return data;
}
