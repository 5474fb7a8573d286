import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BuiltMovie, demuxMovie } from '@restage/media/testing';
import fc from 'fast-check';
import { type EdgeCaseVideo, makeVideo } from './edge-case-videos.ts';
import { createFolder } from './files.ts';

/** Ticks a second of movies that are built, and of one of their frames as it was encoded. */
export const timescale = 12_800;
export const frameTicks = 512;

/** Encodes a short moving video, and takes it apart to be built anew. */
export async function encodeParts(frames: number, change: Partial<EdgeCaseVideo> = {}) {
  const path = await makeVideo(join(createFolder(), 'parts.mp4'), {
    width: 64,
    height: 48,
    times: Array.from({ length: frames }, (_, n) => n * 40),
    keyframes: 12,
    draw: (frame, x, y) => [
      Math.hypot(x - 0.2 - frame * 0.01, y - 0.5) < 0.2 ? 40 + frame * 3 : 90,
      128,
      100 + frame,
    ],
    ...change,
  });
  return await demuxMovie(new Uint8Array(readFileSync(path)), timescale);
}

/**
 * The first samples of a movie with durations of their own, in ticks. Times of composition are those of the same frames
 * in the same order, a `delay` later than the first one is decoded.
 */
export function retime(
  samples: BuiltMovie['samples'],
  durations: readonly number[],
  delay: number,
): BuiltMovie['samples'] {
  const part = samples.slice(0, durations.length);
  const order = part
    .map(({ offset }, n) => ({ n, time: n * frameTicks + offset }))
    .sort((one, other) => one.time - other.time);
  const decodeTimes: number[] = [];
  let time = 0;
  for (const duration of durations) {
    decodeTimes.push(time);
    time += duration;
  }
  const compositionTimes = new Map(order.map(({ n }, rank) => [n, (decodeTimes[rank] ?? 0) + delay]));
  return part.map((sample, n) => ({
    ...sample,
    duration: durations[n] ?? 0,
    offset: (compositionTimes.get(n) ?? 0) - (decodeTimes[n] ?? 0),
  }));
}

type Parts = Awaited<ReturnType<typeof encodeParts>>;

/** Movies made of the samples of another: with any timing, edit list, fragments, sizes and turn. */
export function anyMovie(parts: Parts): fc.Arbitrary<BuiltMovie> {
  const all = parts.samples.length;
  const lengths = fc.oneof(
    { weight: 3, arbitrary: fc.constant(frameTicks) },
    fc.integer({ min: 1, max: 3 * frameTicks }),
    fc.constant(0),
  );
  const timing = fc.oneof(
    fc.nat(all - 1).map((count) => Array<number>(count + 1).fill(frameTicks)),
    fc.array(lengths, { minLength: 2, maxLength: all }).filter((some) => some.some((ticks) => ticks > 0)),
  );
  const edit = fc.record({
    // Up to a second and a half, at any place of two seconds; now and then empty.
    duration: fc.oneof(
      fc.nat(1500),
      fc.nat(36).map((frames) => frames * 40),
    ),
    mediaTime: fc.oneof(
      { weight: 6, arbitrary: fc.nat(all).map((frames) => frames * frameTicks) },
      { weight: 2, arbitrary: fc.nat(all * frameTicks) },
      { weight: 1, arbitrary: fc.constant(-1) },
    ),
    rate: fc.constantFrom(1, 1, 1, 0, 0.5),
  });
  return fc
    .record(
      {
        timing,
        delay: fc.constantFrom(0, 2 * frameTicks),
        edits: fc.array(edit, { maxLength: 4 }),
        editVersion: fc.constantFrom(0 as const, 1 as const),
        cuts: fc.option(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: all }), {
          freq: 3,
        }),
        fragmentTimes: fc.constantFrom('tfdt' as const, 'sidx' as const, 'none' as const),
        container: fc.constantFrom('mp4' as const, 'mov' as const, 'mov without ftyp' as const),
        pixelAspect: fc.constantFrom(
          undefined,
          undefined,
          [4, 3] as const,
          [1, 2] as const,
          [64, 45] as const,
        ),
        header: fc.constantFrom(undefined, undefined, [86, 48] as const, [64, 64] as const),
        matrix: fc.constantFrom(
          [1, 0, 0, 1] as const,
          [1, 0, 0, 1] as const,
          [0, 1, -1, 0] as const,
          [-1, 0, 0, -1] as const,
          [0, -1, 1, 0] as const,
        ),
      },
      { requiredKeys: ['timing', 'delay', 'edits', 'cuts'] },
    )
    .map(({ timing: durations, delay, cuts, pixelAspect, header, ...plain }) => ({
      ...parts,
      ...plain,
      samples: retime(parts.samples, durations, delay),
      ...(cuts !== null && { fragments: cutInto(durations.length, cuts) }),
      ...(pixelAspect !== undefined && { pixelAspect }),
      ...(header !== undefined && { headerWidth: header[0], headerHeight: header[1] }),
    }));
}

/** Parts of some sizes, in turn, of as many as there are. */
function cutInto(count: number, sizes: readonly number[]): number[] {
  const parts: number[] = [];
  for (let left = count; left > 0; left -= parts.at(-1) ?? left)
    parts.push(Math.min(left, sizes[parts.length % sizes.length] ?? left));
  return parts;
}
