import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { computeOutputSize } from '@restage/contract';
import { failWith, isFailure } from '@restage/errors';
import { searchRuns } from '@restage/fixtures/searches';
import { readMovieFile } from '@restage/media/movie';
import { type BuiltMovie, buildMovie } from '@restage/media/testing';
import fc from 'fast-check';
import { AVCOL_SPC_BT709 } from 'node-av/constants';
import { describe, expect, test } from 'vitest';
import type { RenderRequest } from '../../src/engine.ts';
import { renderVideo } from '../../src/video/render.ts';
import { createFolder, inspectVideo } from '../support/files.ts';
import { anyMovie, encodeParts, frameTicks, retime, timescale } from '../support/timeline.ts';

function write(movie: BuiltMovie): string {
  const path = join(createFolder(), 'movie.mp4');
  writeFileSync(path, buildMovie(movie));
  return path;
}

function readMovie(path: string) {
  const movie = readMovieFile(path);
  if (movie === 'damaged' || 'unsupported' in movie) throw new Error('not a movie');
  return movie;
}

const render = (source: string, change: Partial<RenderRequest> = {}) =>
  renderVideo(
    {
      ...{ generationType: 'video', alphaMode: 'fill', prompt: 'dusk', seed: 1, maxResolution: 720 },
      ...{ source, outputDirectory: createFolder(), ...change },
    },
    () => {},
  );

/** Renders a movie, and expects of all three outputs the frames, size and times that its headers promise. */
async function expectAgreement(source: string, change: Partial<RenderRequest> = {}) {
  const movie = readMovie(source);
  const { frames, end, count } = movie.timeline;
  const result = await render(source, change);
  if (isFailure(result)) throw new Error(result.message);
  const size = computeOutputSize(movie, 720, 'video');
  expect(result).toMatchObject({ ...size, frames: count });
  for (const path of [result.render, result.source, result.alpha]) {
    const made = await inspectVideo(path);
    expect(made).toMatchObject({ ...size, frames: count });
    for (const [n, time] of made.times.entries())
      expect(Math.abs(time - (frames[n]?.time ?? 0) / movie.timescale)).toBeLessThan(0.002);
    const seconds = (end - (frames[0]?.time ?? 0)) / movie.timescale;
    // A copy may end 2 ms off, and its edit list is rounded to 1 ms.
    expect(Math.abs(made.duration - seconds)).toBeLessThan(0.004);
    // Most programs take what all samples last together for the duration.
    const { samples, timescale: ticks } = readMovie(path);
    const [first = 0, last = 0] = [samples.decodeTimes[0], samples.decodeTimes[samples.count]];
    expect(Math.abs((last - first) / ticks - seconds)).toBeLessThan(0.004);
  }
  return { movie, result };
}

describe.each<[string, Parameters<typeof encodeParts>[1]]>([
  ['H.264', {}],
  ['H.264 that can be copied', { space: AVCOL_SPC_BT709 }],
  ['HEVC', { hevc10: true, width: 64, height: 64 }],
])('of a video in %s with any timing, edit list, fragments, size and turn', (_codec, change) => {
  test('render, source and alpha have the frames, size and duration that its headers promise', {
    timeout: 600_000,
  }, async () => {
    const parts = await encodeParts(48, change);
    await fc.assert(
      fc.asyncProperty(anyMovie(parts), fc.boolean(), async (movie, isCustom) => {
        const path = write(movie);
        if (readMovieFile(path) === 'damaged')
          expect(await render(path)).toMatchObject({ code: 'INVALID_INPUT', message: expect.any(String) });
        else await expectAgreement(path, isCustom ? { alphaMode: 'custom', alpha: path } : {});
      }),
      { numRuns: searchRuns(8, 300) },
    );
  });
});

test('two frames with one time are both shown', async () => {
  const parts = await encodeParts(24);
  for (const delay of [0, 2 * frameTicks]) {
    const durations = Array.from({ length: 24 }, (_, n) => (n % 7 === 3 ? 0 : frameTicks));
    const { result } = await expectAgreement(
      write({ ...parts, samples: retime(parts.samples, durations, delay) }),
    );
    expect(result.frames).toBe(24);
  }
});

test.each([
  ['last', 23],
  ['last but one', 22],
  ['first', 0],
])('a frame that is held, the %s, is held in all outputs', async (_name, held) => {
  const parts = await encodeParts(24);
  const durations = Array.from({ length: 24 }, (_, n) => (n === held ? 12 * frameTicks : frameTicks));
  const { movie } = await expectAgreement(write({ ...parts, samples: retime(parts.samples, durations, 0) }));
  expect(movie.timeline.end / timescale).toBeCloseTo((23 + 12) / 25, 3);
});

test.each([
  ['last decoded, which another is shown after,', [1, 1, 1 / 512]],
  ['first reordered', [1, 1 / 512, 1, 1]],
  ['last decoded, three times as long,', [1, 1, 3]],
  ['last shown', [1, 3, 1]],
])(
  'a copied video lasts as long as its headers say: the frame %s has a duration of its own',
  async (_name, frames) => {
    const parts = await encodeParts(48, { space: AVCOL_SPC_BT709 });
    const durations = frames.map((length) => length * frameTicks);
    const source = write({ ...parts, samples: retime(parts.samples, durations, 0) });
    const { movie, result } = await expectAgreement(source);
    expect(readMovie(result.source).samples.sizes).toEqual(movie.samples.sizes);
  },
);

test('the frames of each segment are shown, in any order and more than once', async () => {
  const parts = await encodeParts(48, {
    draw: (frame) => [40 + frame * 4, 128, 128],
  });
  const edits = [30, 5, 5, 17].map((first) => ({
    duration: 3 * frameTicks,
    mediaTime: first * frameTicks,
  }));
  const path = write({ ...parts, movieTimescale: timescale, edits });
  const { result } = await expectAgreement(path);
  const lumas: number[] = [];
  await inspectVideo(result.source, ({ data }) => lumas.push(data[0] as number));
  const expected = [30, 5, 5, 17].flatMap((first) => [0, 1, 2].map((n) => 40 + (first + n) * 4));
  for (const [n, luma] of lumas.entries()) expect(Math.abs(luma - (expected[n] ?? 0))).toBeLessThan(3);
});

describe('a video that came past the checks at the start', () => {
  test('is refused for the frames that it shows', async () => {
    const parts = await encodeParts(48);
    const edits = Array.from({ length: 6 }, () => ({ duration: 2000, mediaTime: 0 }));
    expect(await render(write({ ...parts, edits }))).toEqual(
      failWith('INVALID_INPUT', 'The source shows 288 frames; at most 240 are rendered.'),
    );
  });

  test('is refused for the size that its stream has, whatever the headers say', async () => {
    const parts = await encodeParts(2, { width: 1920, height: 1600, draw: () => [90, 128, 128] });
    const lie = { ...parts, width: 320, height: 240 };
    const message = expect.stringContaining('1920×1600, which is 3072000 pixels; at most 2770000');
    expect(await render(write(lie))).toEqual(failWith('INVALID_INPUT', message));
  });

  test('is refused for pictures that become too large on the way', async () => {
    const [small, large] = [
      await encodeParts(6, { width: 320, height: 240, hasInBandSets: true }),
      await encodeParts(2, { width: 1920, height: 1600, draw: () => [90, 128, 128], hasInBandSets: true }),
    ];
    const source = write({ ...small, type: 'avc3', samples: [...small.samples, ...large.samples] });
    const message = expect.stringContaining('1920×1600, which is 3072000 pixels; at most 2770000');
    expect(await render(source)).toEqual(failWith('INVALID_INPUT', message));
  });
});
