import { searchRuns } from '@restage/fixtures/searches';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BuiltEdit, type BuiltSample, buildMovie } from '../../../test/support/movies/build-movie.ts';
import { frameTicks, plainMovie, plainSamples, timescale } from '../../../test/support/movies/plain-movie.ts';
import { readMovieBytes } from '../../../test/support/movies/read-movie.ts';
import type { Timeline } from './timeline.ts';

const read = (samples: readonly BuiltSample[], change: Parameters<typeof plainMovie>[1] = {}): Timeline =>
  readMovieBytes(buildMovie(plainMovie(samples, change))).timeline;

/** Ticks of the movie, of which there are 1000 a second, for a number of frames. */
const frames = (count: number) => Math.round((count * frameTicks * 1000) / timescale);
const seconds = ({ end, frames: [first] }: Timeline) => (end - (first?.time ?? 0)) / timescale;
/** Two frames in the order IPBB…: the offsets of every group of three samples after a keyframe. */
const reordered = (n: number) => ({ offset: n % 3 === 0 ? frameTicks : n % 3 === 1 ? 2 * frameTicks : 0 });

describe('an edit list that', () => {
  test.each<[string, readonly BuiltEdit[], number, number]>([
    ['shows all', [{ duration: frames(48), mediaTime: 0 }], 48, 2],
    ['plays the media ten times', Array(10).fill({ duration: 2000, mediaTime: 0 }), 480, 20],
    ['trims the end', [{ duration: frames(12), mediaTime: 0 }], 12, 0.5],
    ['trims the beginning', [{ duration: 2000, mediaTime: 36 * frameTicks }], 12, 0.5],
    ['trims both within a group', [{ duration: 500, mediaTime: 17 * frameTicks }], 12, 0.5],
    ['begins in the middle of a frame', [{ duration: frames(4), mediaTime: frameTicks / 2 }], 4, 4 / 24],
    [
      'shows two segments, the later one first',
      [
        { duration: 500, mediaTime: 24 * frameTicks },
        { duration: 250, mediaTime: 0 },
      ],
      18,
      0.75,
    ],
    [
      'begins with an empty segment',
      [
        { duration: 1000, mediaTime: -1 },
        { duration: 500, mediaTime: 0 },
      ],
      12,
      0.5,
    ],
    [
      'dwells on a frame, which plays as in FFmpeg',
      [
        { duration: 500, mediaTime: 0, rate: 0 },
        { duration: 500, mediaTime: 0, rate: 1 },
      ],
      24,
      1,
    ],
    ['goes beyond the media', [{ duration: 60_000, mediaTime: 24 * frameTicks }], 24, 1],
  ])('%s is counted as it is shown, in both versions', (_name, edits, count, duration) => {
    for (const editVersion of [0, 1] as const) {
      const timeline = read(plainSamples(48), { edits, editVersion });
      expect(timeline.count).toBe(count);
      expect(timeline.frames).toHaveLength(count);
      expect(seconds(timeline)).toBeCloseTo(duration, 2);
    }
  });

  test.each<[string, readonly BuiltEdit[]]>([
    ['has only an empty segment', [{ duration: 1000, mediaTime: -1 }]],
    ['shows what is behind the end', [{ duration: 1000, mediaTime: 48 * frameTicks }]],
    ['has a segment without length', [{ duration: 0, mediaTime: 0 }]],
  ])('%s is refused', (_name, edits) => {
    expect(() => read(plainSamples(48), { edits })).toThrow('it shows no frames');
  });

  test('begins with an empty segment delays the first frame', () => {
    const edits = [
      { duration: 250, mediaTime: -1 },
      { duration: 500, mediaTime: 0 },
    ];
    expect(read(plainSamples(48), { edits }).frames[0]).toEqual({ sample: 0, time: timescale / 4 });
  });

  test('has any segments shows the frames whose times lie in them, for the time of each segment', () => {
    const segment = fc.record({ first: fc.nat(40), count: fc.integer({ min: 1, max: 20 }) });
    fc.assert(
      fc.property(
        fc.array(segment, { minLength: 1, maxLength: 6 }),
        fc.boolean(),
        fc.constantFrom(0 as const, 1 as const),
        (segments, isReordered, editVersion) => {
          const first = isReordered ? frameTicks : 0;
          const samples = plainSamples(60, (n) => (isReordered ? reordered(n) : {}));
          const timeline = read(samples, {
            // A whole number of ticks a frame, so that nothing is rounded.
            movieTimescale: timescale,
            edits: segments.map((one) => ({
              duration: one.count * frameTicks,
              mediaTime: first + one.first * frameTicks,
            })),
            editVersion,
          });
          const expected = segments.flatMap((one) =>
            Array.from({ length: Math.min(one.count, 60 - one.first) }, (_, n) => one.first + n),
          );
          const shown = timeline.frames.map(
            ({ sample }) => (sample * frameTicks + (samples[sample]?.offset ?? 0) - first) / frameTicks,
          );
          expect(shown).toEqual(expected);
          expect(timeline.count).toBe(expected.length);
        },
      ),
      { numRuns: searchRuns(100, 5000) },
    );
  });
});

describe('a movie whose', () => {
  test('last frame is held lasts as long', () => {
    const samples = plainSamples(24, (n) => (n === 23 ? { duration: 12 * frameTicks } : {}));
    expect(seconds(read(samples))).toBeCloseTo(35 / 24, 5);
  });

  test('last frame is held, and not the one decoded last, lasts as long', () => {
    const samples = plainSamples(24, (n) => ({
      ...reordered(n),
      ...(n === 23 ? { duration: 12 * frameTicks } : {}),
    }));
    expect(seconds(read(samples))).toBeCloseTo(35 / 24, 5);
  });

  test('frames share a time has them all, in the order in which they are stored', () => {
    const samples = plainSamples(24, (n) => (n === 10 ? { duration: 0 } : {}));
    const { count, frames: shown } = read(samples);
    expect(count).toBe(24);
    expect(shown.slice(10, 12)).toEqual([
      { sample: 10, time: 10 * frameTicks },
      { sample: 11, time: 10 * frameTicks },
    ]);
  });

  test('offsets are negative is shown in the order of the times they give', () => {
    const samples = plainSamples(24, (n) => ({ offset: reordered(n).offset - frameTicks }));
    expect(read(samples).frames.map(({ time }) => time)).toEqual(
      Array.from({ length: 24 }, (_, n) => n * frameTicks),
    );
  });

  test.each(['tfdt', 'sidx', 'none'] as const)(
    'fragments tell their times by %s has all of them',
    (times) => {
      const edits = [{ duration: 0, mediaTime: frameTicks }];
      for (const fragments of [[48], [1, 2, 3, 42], Array(48).fill(1)]) {
        const samples = plainSamples(48, reordered);
        const timeline = read(samples, { fragments, fragmentTimes: times, edits });
        expect(timeline.count).toBe(48);
        expect(timeline.frames.map(({ time }) => time)).toEqual(
          Array.from({ length: 48 }, (_, n) => n * frameTicks),
        );
      }
    },
  );
});

describe('a movie that is made to take time or memory', () => {
  const plain = buildMovie(plainMovie(plainSamples(48), { edits: [{ duration: 2000, mediaTime: 0 }] }));

  test('by an edit list of a million segments is counted to a million', () => {
    const edits = Array.from({ length: 2 ** 20 }, (_, n) => ({ duration: 2000 + (n % 7), mediaTime: 0 }));
    const timeline = read(plainSamples(48), { edits });
    expect(timeline.count).toBe(1_000_000);
    expect(timeline.frames.length).toBeLessThanOrEqual(10_000);
  });

  test('by an edit list that shows nothing a million times is refused', () => {
    const edits = Array.from({ length: 2 ** 20 }, () => ({ duration: 0, mediaTime: 47 * frameTicks }));
    expect(() => read(plainSamples(48), { edits })).toThrow(/too long to follow|shows no frames/);
  });

  test('by four billion samples of one size is counted by what there is of chunks', () => {
    const bytes = Buffer.from(plain);
    const stsz = bytes.indexOf('stsz', 0, 'latin1');
    bytes.writeUInt32BE(8, stsz + 8);
    bytes.writeUInt32BE(0xffffffff, stsz + 12);
    expect(readMovieBytes(bytes).timeline.count).toBe(48);
    const stsc = bytes.indexOf('stsc', 0, 'latin1');
    bytes.writeUInt32BE(0xfffffff0, stsc + 16);
    expect(readMovieBytes(bytes).timeline.count).toBe(0xfffffff0);
  });

  test.each<[string, string, number, readonly number[]]>([
    ['samples that last 136 years', 'stts', 12, [1, 0xfff00000]],
    ['samples that last less than no time', 'stts', 12, [48, 0xffffffff]],
    ['an edit list that goes on for ever', 'elst', 12, [0xffffffff, 0]],
    ['an edit list that begins long before the media', 'elst', 12, [2000, 0x80000000]],
  ])('by %s has an answer', (_name, box, at, values) => {
    const bytes = Buffer.from(plain);
    const start = bytes.indexOf(box, 0, 'latin1');
    for (const [n, value] of values.entries()) bytes.writeUInt32BE(value, start + at + n * 4);
    const result = (() => {
      try {
        return readMovieBytes(bytes).timeline;
      } catch (error) {
        return error;
      }
    })();
    if (!(result instanceof Error)) {
      const { frames: shown, end } = result as Timeline;
      const times = [...shown.map(({ time }) => time), end];
      for (const [n, time] of times.entries()) expect(time).toBeGreaterThanOrEqual(times[n - 1] ?? -1e9);
    } else expect(result.message).toMatch(/^it (is|shows) /);
  });
});
