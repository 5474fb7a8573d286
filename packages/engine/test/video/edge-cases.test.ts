import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { readMovieFile } from '@restage/media/movie';
import { AVCOL_RANGE_JPEG, AVCOL_SPC_BT709, AVCOL_SPC_SMPTE170M } from 'node-av/constants';
import { describe, expect, test } from 'vitest';
import type { Rendered } from '../../src/engine.ts';
import { renderVideo } from '../../src/video/render.ts';
import { type EdgeCaseVideo, makeVideo } from '../support/edge-case-videos.ts';
import { createFolder, inspectVideo } from '../support/files.ts';

const steady = (frames: number) => Array.from({ length: frames }, (_, n) => n * 40);

async function render(
  video: EdgeCaseVideo,
  name = 'source.mp4',
): Promise<{ result: Rendered; path: string }> {
  const path = await makeVideo(join(createFolder(), name), video);
  const result = await renderVideo(
    {
      generationType: 'video',
      alphaMode: 'fill',
      prompt: 'dusk',
      seed: 1,
      maxResolution: 720,
      source: path,
      outputDirectory: createFolder(),
    },
    () => {},
  );
  if (isFailure(result)) throw new Error(result.message);
  return { result, path };
}

function getSampleSizes(path: string): Float64Array {
  const movie = readMovieFile(path);
  if (movie === 'damaged' || 'unsupported' in movie) throw new Error('not a movie');
  return movie.samples.sizes;
}

describe.each<[string, EdgeCaseVideo, { width: number; height: number }]>([
  [
    'a variable frame rate',
    { width: 64, height: 48, times: [0, 33, 66, 200, 240, 500, 510, 900] },
    { width: 64, height: 48 },
  ],
  [
    'a late start, which is an edit list',
    { width: 64, height: 48, times: [1000, 1040, 1080, 1160] },
    { width: 64, height: 48 },
  ],
  ['a quarter turn', { width: 64, height: 48, times: steady(6), rotation: 90 }, { width: 48, height: 64 }],
  [
    'a turn upside down',
    { width: 64, height: 48, times: steady(6), rotation: 180 },
    { width: 64, height: 48 },
  ],
  [
    'a quarter turn back',
    { width: 64, height: 48, times: steady(6), rotation: 270 },
    { width: 48, height: 64 },
  ],
  [
    'pixels twice as wide as high',
    { width: 64, height: 96, times: steady(6), pixelAspect: [2, 1] },
    { width: 128, height: 96 },
  ],
  [
    'odd sizes',
    { width: 66, height: 50, times: steady(4), pixelAspect: [65, 66] },
    { width: 64, height: 50 },
  ],
  ['one frame', { width: 64, height: 48, times: [0] }, { width: 64, height: 48 }],
  ['240 frames', { width: 64, height: 48, times: steady(240) }, { width: 64, height: 48 }],
  ['HEVC of 10 bits', { width: 64, height: 64, times: steady(8), hevc10: true }, { width: 64, height: 64 }],
  [
    'two video tracks',
    { width: 64, height: 48, times: steady(5), secondTrack: true },
    { width: 64, height: 48 },
  ],
])('%s', (_name, video, size) => {
  test('keeps every frame and its time, at the size that is shown', async () => {
    const { result, path } = await render(video);
    expect(result).toMatchObject({ ...size, frames: video.times.length });
    const original = await inspectVideo(path);
    for (const file of [result.render, result.source, result.alpha]) {
      const made = await inspectVideo(file);
      expect(made).toMatchObject({ ...size, frames: video.times.length });
      for (const [n, time] of made.times.entries()) expect(time).toBeCloseTo(original.times[n] ?? -1, 3);
      expect(made.duration).toBeCloseTo(original.duration, 3);
    }
  });
});

describe.each([1, 2, 3, 4, 5, 6])('a video of %i frames that can be copied', (frames) => {
  test.each<[string, Partial<EdgeCaseVideo>]>([
    ['in presentation order', { keepsOrder: true }],
    ['in another order', {}],
    ['with an edit list', { times: steady(frames).map((time) => time + 1000) }],
    ['with frames that are shown before they are decoded', { hasNegativeOffsets: true }],
    ['with such frames and audio', { hasNegativeOffsets: true, audio: true }],
    ['with audio', { audio: true }],
  ])('is copied as source %s, and all outputs keep its frames and times', async (_name, change) => {
    const video = { width: 64, height: 48, times: steady(frames), space: AVCOL_SPC_BT709, ...change };
    const { result, path } = await render(video);
    const original = await inspectVideo(path);
    for (const file of [result.render, result.source, result.alpha]) {
      const made = await inspectVideo(file);
      expect(made).toMatchObject({ width: 64, height: 48, frames });
      for (const [n, time] of made.times.entries()) expect(time).toBeCloseTo(original.times[n] ?? -1, 3);
      expect(made.duration).toBeCloseTo(original.duration, 3);
    }
    expect(getSampleSizes(result.source)).toEqual(getSampleSizes(path));
  });
});

test('a MOV renders like an MP4', async () => {
  const { result } = await render({ width: 64, height: 48, times: steady(4) }, 'source.mov');
  expect(result.frames).toBe(4);
});

test('the render keeps the audio, and source and alpha have none', async () => {
  const { result } = await render({ width: 64, height: 48, times: steady(10), audio: true });
  expect((await inspectVideo(result.render)).audio).toBe(true);
  expect((await inspectVideo(result.alpha)).audio).toBe(false);
});

test.each<[string, Partial<EdgeCaseVideo>, readonly [number, number, number]]>([
  // The same red, R′G′B′ 200/40/40, in each of the ways it may be stored; the codes are worked out by hand.
  ['BT.601', { colour: [91, 104, 198], space: AVCOL_SPC_SMPTE170M }, [80, 112, 198]],
  [
    'full range',
    { colour: [88, 101, 208], space: AVCOL_SPC_SMPTE170M, range: AVCOL_RANGE_JPEG },
    [80, 112, 198],
  ],
])('%s comes out as the same colour in BT.709 limited range', async (_name, change, expected) => {
  const { result } = await render({ width: 64, height: 48, times: steady(2), ...change });
  const { first } = await inspectVideo(result.source);
  const seen = [first[0], first[64 * 48], first[64 * 60]];
  for (const [n, value] of seen.entries())
    expect(Math.abs((value ?? 0) - (expected[n] ?? 0))).toBeLessThanOrEqual(2);
});
