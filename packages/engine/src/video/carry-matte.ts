import { setImmediate } from 'node:timers/promises';
import type { Size } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import { createShotCarrier, type SelectedShot } from '@restage/matting';
import { viewPlanes } from '@restage/pixels';
import type { InputFailure, RenderRequest } from '../engine.ts';
import { readMatte } from '../image/read.ts';
import { decodeFrames } from './decode/decode.ts';
import { closeVideo, openVideo } from './decode/open.ts';

/** Share of the progress for decoding a shot. */
const decodingShare = 0.2;

/**
 * Decodes a whole video once, and carries the matte of one frame through it.
 * @param onProgress gets the share done, 0…1.
 */
export async function carryGivenMatte(
  request: RenderRequest,
  size: Size,
  onProgress: (fraction: number) => void,
): Promise<SelectedShot | InputFailure> {
  if (request.alpha === undefined) return failWith('INVALID_INPUT', 'Alpha mode select needs an alpha.');
  const data = await readMatte(request.alpha, size.width, size.height);
  if (isFailure(data)) return data;
  const input = await openVideo(request.source, 'source');
  if (isFailure(input)) return input;
  const carrier = createShotCarrier();
  const total = input.movie.timeline.count;
  let count = 0;
  try {
    const frames = decodeFrames(input, size, 'colour');
    for (let step = await frames.next(); ; step = await frames.next()) {
      if (step.done === true) {
        if (step.value !== undefined) return step.value;
        break;
      }
      carrier.addFrame(viewPlanes({ ...size, data: step.value.data }));
      onProgress((++count / total) * decodingShare);
    }
  } finally {
    await closeVideo(input);
  }
  const frame = request.alphaKeyframeIndex ?? 0;
  if (frame >= count)
    return failWith('INVALID_INPUT', `The matte is of frame ${frame}, and the source has ${count} frames.`);
  const steps = carrier.carry({ frame, ...size, data });
  for (let step = steps.next(); ; step = steps.next()) {
    if (step.done === true) return step.value;
    onProgress(decodingShare + step.value * (1 - decodingShare));
    // Lets the progress leave this process.
    await setImmediate();
  }
}
