import { findKeySample, type Movie } from '@restage/media/movie';

/** Samples that are decoded one after the other, from one where decoding can begin. */
export interface Run {
  readonly first: number;
  readonly last: number;
  /** The samples that are shown, and the number of the frame that each is shown as. */
  readonly frames: ReadonlyMap<number, number>;
}

/**
 * Plans what has to be decoded for some frames of a movie, given by their numbers in order. A run ends where an edit list
 * goes back, or where the next frame can be had with less decoding.
 */
export function planRuns({ samples, timeline }: Movie, numbers: readonly number[]): Run[] {
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

/** What looking at frames here and there needs to know: how many there are, and which of them are cheap. */
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

/** Counts the frames that have to be decoded to see some, given in order. */
export function countDecoded({ keys }: FrameIndex, frames: readonly number[]): number {
  const ends = new Map<number, number>();
  for (const frame of frames) ends.set(keys.findLast((key) => key <= frame) ?? 0, frame);
  return [...ends].reduce((sum, [key, end]) => sum + end - key + 1, 0);
}
