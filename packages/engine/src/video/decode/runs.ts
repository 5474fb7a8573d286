import { findKeySample, type Movie } from '@restage/media/movie';

/** Samples that are decoded consecutively, from one where decoding can begin. */
export interface DecodeRun {
  readonly first: number;
  readonly last: number;
  /** The shown samples, each with the number of its frame. */
  readonly frames: ReadonlyMap<number, number>;
}

/**
 * Plans which samples to decode for some frames of a movie, given by their numbers in order. A run ends where an edit
 * list goes back, or where the next frame needs less decoding from another keyframe.
 */
export function planRuns({ samples, timeline }: Movie, numbers: readonly number[]): DecodeRun[] {
  const runs: { first: number; last: number; frames: Map<number, number>; end: number }[] = [];
  for (const number of numbers) {
    const sample = timeline.frames[number]?.sample;
    if (sample === undefined) break;
    const time = samples.compositionTimes[sample] as number;
    const key = findKeySample(samples, sample);
    const run = runs.at(-1);
    const isReached = run !== undefined && key >= run.first && key <= run.last + 1;
    if (isReached && time >= run.end && !run.frames.has(sample)) {
      run.frames.set(sample, number);
      run.last = Math.max(run.last, sample);
      run.end = time;
    } else {
      runs.push({ first: key, last: sample, frames: new Map([[sample, number]]), end: time });
    }
  }
  return runs;
}

/** An index for sampling: how many frames there are, and which are cheap to decode. */
export interface FrameIndex {
  readonly count: number;
  /** Frames at which decoding can begin, in order. The first frame counts as one. */
  readonly keys: readonly number[];
}

export function indexFrames({ samples, timeline }: Movie): FrameIndex {
  const keys = timeline.frames.flatMap(({ sample }, number) =>
    number === 0 || samples.sync[sample] === 1 ? [number] : [],
  );
  return { count: timeline.frames.length, keys };
}

/** Counts the frames that must be decoded to show some, given in order. */
export function countDecoded({ keys }: FrameIndex, frames: readonly number[]): number {
  const ends = new Map<number, number>();
  for (const frame of frames) ends.set(keys.findLast((key) => key <= frame) ?? 0, frame);
  return [...ends].reduce((sum, [key, end]) => sum + end - key + 1, 0);
}
