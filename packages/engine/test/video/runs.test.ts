import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { describe, expect, test } from 'vitest';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { closeVideo, openVideo } from '../../src/video/decode/open.ts';
import { countDecoded, indexFrames, planRuns } from '../../src/video/decode/runs.ts';
import { type EdgeCaseVideo, makeVideo } from '../support/edge-case-videos.ts';
import { createFolder } from '../support/files.ts';

const steady = (frames: number) => Array.from({ length: frames }, (_, n) => n * 40);
const moving: EdgeCaseVideo['draw'] = (frame, x, y) => [
  Math.hypot(x - 0.2 - frame * 0.01, y - 0.5) < 0.2 ? 40 + frame * 3 : 90,
  128,
  100 + frame,
];
const common = { width: 64, height: 64, draw: moving };

async function open(video: EdgeCaseVideo) {
  const input = await openVideo(await makeVideo(join(createFolder(), 'shot.mp4'), video), 'source');
  if (isFailure(input)) throw new Error(input.message);
  return input;
}

describe.each<[string, EdgeCaseVideo, number]>([
  ['many keyframes', { ...common, times: steady(50), keyframes: 10 }, 5],
  ['a single keyframe', { ...common, times: steady(50), keyframes: 250 }, 1],
  ['keyframes alone', { ...common, times: steady(20), keyframes: 1 }, 20],
  [
    'a variable rate',
    {
      ...common,
      times: steady(50).map((time, n) => time + (n % 3) * 11 + (n > 20 ? 500 : 0)),
      keyframes: 10,
    },
    5,
  ],
  ['a late start', { ...common, times: steady(40).map((time) => time + 1000), keyframes: 16 }, 3],
  ['open groups of HEVC', { width: 64, height: 64, times: steady(50), keyframes: 12, hevc10: true }, 5],
  ['one frame', { ...common, times: [0] }, 1],
])('of a video with %s', (_name, video, keys) => {
  test('a frame decoded alone equals the same frame decoded among all', async () => {
    const input = await open(video);
    const all: Uint8Array[] = [];
    for await (const { data } of decodeFrames(input, input, 'colour')) all.push(data);
    const index = indexFrames(input.movie);
    expect([index.count, index.keys.length]).toEqual([video.times.length, keys]);
    const last = video.times.length - 1;
    const wanted = [...new Set([0, 1, 9, 10, 11, 12, 13, 33, last])].filter((frame) => frame <= last);
    for (const frames of [wanted, [last], [last >> 1], wanted.slice(1, 4)]) {
      const seen: number[] = [];
      for await (const { frame, data } of decodeFrames(input, input, 'colour', { frames })) {
        seen.push(frame);
        expect(Buffer.compare(data, all[frame] as Uint8Array)).toBe(0);
      }
      expect(seen).toEqual(frames.filter((frame) => frame <= last));
    }
    await closeVideo(input);
  });
});

test('planRuns decodes nothing but keyframes if only these are asked for', async () => {
  const input = await open({ ...common, times: steady(50), keyframes: 10 });
  expect(planRuns(input.movie, [20, 40])).toEqual([
    { first: 20, last: 20, frames: new Map([[20, 20]]), end: expect.any(Number) },
    { first: 40, last: 40, frames: new Map([[40, 40]]), end: expect.any(Number) },
  ]);
  await closeVideo(input);
});

test('planRuns decodes all frames of a plain video in one run', async () => {
  const input = await open({ ...common, times: steady(50), keyframes: 10 });
  const runs = planRuns(
    input.movie,
    input.times.slice(1).map((_, number) => number),
  );
  expect(runs).toMatchObject([{ first: 0, last: 49 }]);
  await closeVideo(input);
});

test('countDecoded counts from the keyframe before each frame', () => {
  const index = { count: 40, keys: [0, 10, 30] };
  expect(countDecoded(index, [])).toBe(0);
  expect(countDecoded(index, [0, 10, 30])).toBe(3);
  expect(countDecoded(index, [4, 12, 14, 29, 31])).toBe(5 + 20 + 2);
});
