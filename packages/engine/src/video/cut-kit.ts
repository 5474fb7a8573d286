import { isFailed } from '../engine.ts';
import { decodeFrames } from './decode.ts';
import { createWriter } from './encode.ts';
import { openVideo } from './open.ts';
import { createPlanes, type Planes, writeGrey } from './planes.ts';

/** The first `frames` frames of a video; with `matte`, a matte drawn for each of them instead. */
export async function cutVideo(
  source: string,
  target: string,
  frames: number,
  matte?: (frame: number, x: number, y: number) => number,
): Promise<void> {
  const input = await openVideo(source, 'source');
  if (isFailed(input)) throw new Error(input.message);
  const { width, height } = input;
  const writer = await createWriter(target, {
    width,
    height,
    timeBase: input.stream.timeBase,
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
  await input.context.closeInput();
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
