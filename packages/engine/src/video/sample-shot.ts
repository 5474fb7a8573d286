import type { Size } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { MatteFinder } from '@restage/matting';
import { type ColourStatistics, poolShotStatistics, viewPlanes } from '@restage/pixels';
import { getCellSize } from '../composite/fields.ts';
import { computeSubjectStatistics } from '../composite/frame.ts';
import type { RenderRequest } from '../engine.ts';
import { decodeFrames } from './decode/decode.ts';
import { closeVideo, openVideo, type VideoInput } from './decode/open.ts';
import { countDecoded, type FrameIndex, indexFrames } from './decode/runs.ts';

/** Maximum number of sampled frames: one in each part of a shot. */
const maxSamples = 5;
/** Maximum share of a source's frames to decode for sampling, and a number that is always allowed. */
const [maxDecodedShare, minDecodedFrames] = [1 / 5, 12];
/** If the subject fills less of the sampled frames than this, all parts of the shot are sampled, whatever the cost. */
const minSubjectShare = 0.005;

interface Part {
  readonly input: VideoInput;
  readonly index: FrameIndex;
}

/**
 * Samples frames of a shot before any is rendered: keyframes if there are any, so that little else is decoded,
 * otherwise frames as far into the shot as is cheap.
 * @param newFinder creates the matte finder, in alpha mode `auto`.
 * @returns the subject's colours over the sampled frames; undefined if they show none. A damaged file is sampled as
 *   far as it can be decoded: rendering it fails.
 */
export async function sampleShot(
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
    const budget = Math.max(minDecodedFrames, source.index.count * maxDecodedShare);
    const options = { source, alpha, size, newFinder, onProgress };
    const sampled = await sampleFrames(options, selectSampleFrames(source.index, count, budget));
    const cells = (size.width * size.height) / getCellSize(size.width, size.height) ** 2;
    if (sampled !== undefined && sampled.weight > cells * minSubjectShare) return sampled;
    return (await sampleFrames(options, selectSampleFrames(source.index, count, count))) ?? sampled;
  } finally {
    for (const input of inputs) await closeVideo(input);
  }
}

/** Opens a video, and adds it to `inputs`, which the caller closes. */
async function openPart(path: string, role: string, inputs: VideoInput[]): Promise<Part | undefined> {
  const input = await openVideo(path, role);
  if (isFailure(input)) return undefined;
  inputs.push(input);
  return { input, index: indexFrames(input.movie) };
}

/**
 * Selects frames spread over the first `count` of a shot, in order: in each part the keyframe nearest to its middle,
 * or else the middle. If that would decode more than `budget` frames, it selects the last affordable frame instead.
 */
export function selectSampleFrames(index: FrameIndex, count: number, budget: number): readonly number[] {
  const parts = Array.from(
    { length: maxSamples },
    (_, n) => [(count * n) / maxSamples, (count * (n + 1)) / maxSamples] as const,
  );
  const frames = parts
    .map(([from, to]) => findMiddleKeyframe(index, from, to))
    .filter((frame) => frame !== undefined);
  for (const [from, to] of parts) {
    if (findMiddleKeyframe(index, from, to) !== undefined) continue;
    const withFrame = (frame: number) => [...new Set([...frames, frame])].sort((one, other) => one - other);
    const middle = Math.floor((from + to) / 2);
    const over = Math.max(0, Math.ceil(countDecoded(index, withFrame(middle)) - budget));
    const affordable = withFrame(Math.max(0, middle - over));
    if (countDecoded(index, affordable) <= budget) frames.splice(0, frames.length, ...affordable);
  }
  return frames;
}

/** Finds the keyframe nearest to the middle of a part of a shot. */
function findMiddleKeyframe({ keys }: FrameIndex, from: number, to: number): number | undefined {
  const getDistance = (frame: number) => Math.abs(frame - Math.floor((from + to) / 2));
  return keys
    .filter((frame) => frame >= from && frame < to)
    .sort((one, other) => getDistance(one) - getDistance(other))[0];
}

interface SampleOptions {
  readonly source: Part;
  readonly alpha: Part | undefined;
  readonly size: Size;
  readonly newFinder: (() => MatteFinder) | undefined;
  readonly onProgress: (fraction: number) => void;
}

async function sampleFrames(
  { source, alpha, size, newFinder, onProgress }: SampleOptions,
  numbers: readonly number[],
): Promise<ColourStatistics | undefined> {
  const frames = decodeFrames(source.input, size, 'colour', { frames: numbers });
  const mattes = alpha && decodeFrames(alpha.input, size, 'matte', { frames: numbers });
  const statistics: (ColourStatistics | undefined)[] = [];
  let matte = await mattes?.next();
  for await (const { frame, data } of frames) {
    while (matte?.done === false && matte.value.frame < frame) matte = await mattes?.next();
    if (matte?.done === true) break;
    if (matte !== undefined && matte.value.frame > frame) continue;
    const view = viewPlanes({ ...size, data });
    statistics.push(computeSubjectStatistics(view, matte?.value.data ?? (await newFinder?.()(view))));
    onProgress(statistics.length / numbers.length);
  }
  await mattes?.return(undefined);
  return poolShotStatistics(statistics);
}
