import type { Size } from '@restage/contract';
import { isFailure } from '@restage/errors';
import { shotStatistics } from '../colour/shot.ts';
import type { ColourStatistics } from '../colour/statistics.ts';
import { subjectStatistics } from '../composite/frame.ts';
import type { RenderRequest } from '../engine.ts';
import { cellSize } from '../light/fields.ts';
import type { MatteFinder } from '../matte/automatic.ts';
import { decodeFrames } from './decode.ts';
import { closeVideo, openVideo, type VideoInput } from './open.ts';
import { planesView } from './planes.ts';
import { countDecoded, type FrameIndex, indexFrames } from './runs.ts';

/** Frames that are looked at, at most: one in each of so many parts of a shot. */
const mostLooks = 5;
/** The most of a source's frames that are decoded for it, and how many always may be. */
const [decodedShare, decodedAlways] = [1 / 5, 12];
/** A subject that fills less of the frames looked at is looked for in all parts of the shot, whatever that costs. */
const leastShare = 0.005;

interface Part {
  readonly input: VideoInput;
  readonly index: FrameIndex;
}

/**
 * Looks at some frames all over a shot before any is rendered: at keyframes where there are, so that hardly more than these
 * is decoded, and otherwise as far into it as is cheap.
 * @param newFinder makes what finds the subject, in alpha mode `auto`.
 * @returns the subject's colours in all of these frames; undefined where they show none. A file that is damaged is looked at
 *   as far as it goes: it fails when it is rendered.
 */
export async function lookAtShot(
  request: RenderRequest,
  size: Size,
  onProgress: (fraction: number) => void,
  newFinder?: () => MatteFinder,
): Promise<ColourStatistics | undefined> {
  const inputs: VideoInput[] = [];
  try {
    const source = await openPart(request.source, 'source', inputs);
    if (source === undefined) return undefined;
    const alpha =
      request.alphaMode === 'custom' ? await openPart(request.alpha ?? '', 'alpha', inputs) : undefined;
    if (request.alphaMode === 'custom' && alpha === undefined) return undefined;
    const count = Math.min(source.index.count, alpha?.index.count ?? Number.POSITIVE_INFINITY);
    const budget = Math.max(decodedAlways, source.index.count * decodedShare);
    const looks = { source, alpha, size, newFinder, onProgress };
    const cheap = await lookAt(looks, framesToLookAt(source.index, count, budget));
    const cells = (size.width * size.height) / cellSize(size.width, size.height) ** 2;
    if (cheap !== undefined && cheap.weight > cells * leastShare) return cheap;
    return (await lookAt(looks, framesToLookAt(source.index, count, count))) ?? cheap;
  } finally {
    for (const input of inputs) await closeVideo(input);
  }
}

/** Opens a video; `inputs` takes what has to be closed. */
async function openPart(path: string, role: string, inputs: VideoInput[]): Promise<Part | undefined> {
  const input = await openVideo(path, role);
  if (isFailure(input)) return undefined;
  inputs.push(input);
  return { input, index: indexFrames(input.movie) };
}

/**
 * Frames spread over the first `count` of a shot, in order: in each part of it the keyframe next to its middle, or the middle
 * where there is none. Where more than `budget` frames would have to be decoded for that too, it is the last that may be.
 */
export function framesToLookAt(index: FrameIndex, count: number, budget: number): readonly number[] {
  const parts = Array.from(
    { length: mostLooks },
    (_, n) => [(count * n) / mostLooks, (count * (n + 1)) / mostLooks] as const,
  );
  const frames = parts
    .map(([from, to]) => keyframeAmid(index, from, to))
    .filter((frame) => frame !== undefined);
  for (const [from, to] of parts) {
    if (keyframeAmid(index, from, to) !== undefined) continue;
    const withFrame = (frame: number) => [...new Set([...frames, frame])].sort((one, other) => one - other);
    const middle = Math.floor((from + to) / 2);
    const over = Math.max(0, Math.ceil(countDecoded(index, withFrame(middle)) - budget));
    const affordable = withFrame(Math.max(0, middle - over));
    if (countDecoded(index, affordable) <= budget) frames.splice(0, frames.length, ...affordable);
  }
  return frames;
}

/** The keyframe next to the middle of a part of a shot. */
function keyframeAmid({ keys }: FrameIndex, from: number, to: number): number | undefined {
  const away = (frame: number) => Math.abs(frame - Math.floor((from + to) / 2));
  return keys.filter((frame) => frame >= from && frame < to).sort((one, other) => away(one) - away(other))[0];
}

interface Looks {
  readonly source: Part;
  readonly alpha: Part | undefined;
  readonly size: Size;
  readonly newFinder: (() => MatteFinder) | undefined;
  readonly onProgress: (fraction: number) => void;
}

async function lookAt(
  { source, alpha, size, newFinder, onProgress }: Looks,
  numbers: readonly number[],
): Promise<ColourStatistics | undefined> {
  const frames = decodeFrames(source.input, size, 'colour', { frames: numbers });
  const mattes = alpha && decodeFrames(alpha.input, size, 'matte', { frames: numbers });
  const found: (ColourStatistics | undefined)[] = [];
  let given = await mattes?.next();
  for await (const { frame, data } of frames) {
    while (given?.done === false && given.value.frame < frame) given = await mattes?.next();
    if (given?.done === true) break;
    if (given !== undefined && given.value.frame > frame) continue;
    const view = planesView({ ...size, data });
    found.push(subjectStatistics(view, given?.value.data ?? (await newFinder?.()(view))));
    onProgress(found.length / numbers.length);
  }
  await mattes?.return(undefined);
  return shotStatistics(found);
}
