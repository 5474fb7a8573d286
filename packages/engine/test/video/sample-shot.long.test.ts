import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import { rgbToLab, viewPlanes } from '@restage/pixels';
import { describe, expect, test } from 'vitest';
import type { RenderRequest } from '../../src/engine.ts';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { openVideo } from '../../src/video/decode/open.ts';
import { renderVideo } from '../../src/video/render.ts';
import { sampleShot, selectSampleFrames } from '../../src/video/sample-shot.ts';
import { type EdgeCaseVideo, makeVideo } from '../support/edge-case-videos.ts';
import { createFolder, drawPicture } from '../support/files.ts';

const size = { width: 192, height: 108 };
const steady = (frames: number) => Array.from({ length: frames }, (_, n) => n * 40);

/** A shot and its matte: a disc, in two tones of orange and dark at its right, before green. */
interface Shot {
  readonly times: readonly number[];
  /** Where the middle of the disc is in a frame, 0…1; undefined where it is not in it. */
  readonly middle?: (frame: number) => number | undefined;
  /** 0…1: how far the picture is faded in. */
  readonly faded?: (frame: number) => number;
  readonly keyframes?: number;
  readonly alphaKeyframes?: number;
}

const inside = (x: number, y: number, middle: number) => Math.hypot((x - middle) * 16, (y - 0.5) * 9) < 3;

async function draw(shot: Shot) {
  const directory = createFolder();
  const { times, faded = () => 1, middle = () => 0.5 } = shot;
  const video = (keyframes: number | undefined): EdgeCaseVideo => ({
    ...{ ...size, times },
    ...(keyframes === undefined ? {} : { keyframes }),
  });
  const dimmed = (frame: number, [luma, cb, cr]: readonly [number, number, number]) =>
    [luma, cb, cr].map((code, n) => {
      const black = n === 0 ? 16 : 128;
      return Math.round(black + (code - black) * faded(frame));
    }) as [number, number, number];
  const source = await makeVideo(join(directory, 'source.mp4'), {
    ...video(shot.keyframes),
    draw(frame, x, y) {
      const at = middle(frame);
      if (at === undefined || !inside(x, y, at)) return dimmed(frame, [145, 95, 90]);
      // Of the side that comes in first, not much can be told.
      return dimmed(frame, x > at + 0.1 ? [30, 122, 132] : y > 0.5 ? [150, 100, 158] : [125, 104, 152]);
    },
  });
  const alpha = await makeVideo(join(directory, 'alpha.mp4'), {
    ...video(shot.alphaKeyframes ?? shot.keyframes),
    draw(frame, x, y) {
      const at = middle(frame);
      return [at !== undefined && inside(x, y, at) ? 235 : 16, 128, 128];
    },
  });
  return { source, alpha };
}

async function night(): Promise<string> {
  const data = new Uint8Array(size.width * size.height * 3);
  for (let p = 0; p < size.width * size.height; p++)
    data.set([38 + (p % 20), 52 + (p % 24), 88 + (p % 30)], p * 3);
  return drawPicture(join(createFolder(), 'night.png'), { ...size, data });
}

/** Mean OKLab of pixels of a video's frames that a matte video's codes pass. */
async function meanColour(path: string, matte: string, passes: (code: number, frame: number) => boolean) {
  const [colours, mattes] = [await openVideo(path, 'file'), await openVideo(matte, 'file')];
  if (isFailure(colours) || isFailure(mattes)) throw new Error('a video cannot be opened');
  const sums = [0, 0, 0];
  const rgb = new Float32Array(3);
  let count = 0;
  let frame = 0;
  const other = decodeFrames(mattes, size, 'matte');
  for await (const { data } of decodeFrames(colours, size, 'colour')) {
    const given = await other.next();
    const view = viewPlanes({ ...size, data });
    for (let p = 0; p < size.width * size.height; p += 7) {
      if (given.done === true || !passes(given.value.data[p] as number, frame)) continue;
      view.linear(p % size.width, Math.floor(p / size.width), rgb);
      const lab = rgbToLab([rgb[0] as number, rgb[1] as number, rgb[2] as number]);
      for (const c of [0, 1, 2] as const) sums[c] = (sums[c] as number) + lab[c];
      count++;
    }
    frame++;
  }
  await colours.context.closeInput();
  await mattes.context.closeInput();
  return sums.map((sum) => sum / count);
}

const distance = (one: readonly number[], other: readonly number[]) =>
  Math.hypot(...one.map((value, i) => value - (other[i] ?? 0)));

const request = async (files: { source: string; alpha?: string }): Promise<RenderRequest> => ({
  ...{ generationType: 'video', alphaMode: 'custom', seed: 1, maxResolution: 720 },
  ...{ ...files, reference: await night(), outputDirectory: createFolder() },
});

/** Where the disc is that comes in from the left at a frame, its dark half first. */
const entering = (first: number) => (frame: number) =>
  frame < first ? undefined : Math.min(0.5, (frame - first - 6) * 0.03);

const late = { times: steady(48), middle: entering(16) };
const fadedIn = { times: steady(48), faded: (frame: number) => Math.min(1, frame / 6) };

const shots: readonly (readonly [string, Shot, from: number])[] = [
  ['comes in late', { ...late, keyframes: 8 }, 30],
  ['comes in late, in a file with a single keyframe', { ...late, keyframes: 250 }, 30],
  ['comes in when the shot is nearly over', { times: steady(48), middle: entering(34), keyframes: 12 }, 44],
  ['is faded in', { ...fadedIn, keyframes: 8 }, 10],
  ['is faded in, in a file with a single keyframe', { ...fadedIn, keyframes: 250 }, 10],
  ['has one frame', { times: [0] }, 0],
  [
    'has frames of all lengths, and mattes with keyframes of their own',
    {
      times: steady(48).map((time, n) => time + (n % 4) * 9 + (n > 24 ? 700 : 0)),
      middle: entering(8),
      keyframes: 12,
      alphaKeyframes: 7,
    },
    24,
  ],
];

/** Renders a shot. @returns how far its subject is from the scene before and after, from a frame on. */
async function measureDistances(shot: Shot, from: number, alphaMode: 'auto' | 'custom') {
  const { source, alpha } = await draw(shot);
  const files = alphaMode === 'auto' ? { source } : { source, alpha };
  const result = await renderVideo({ ...(await request(files)), alphaMode }, () => {});
  if (isFailure(result)) throw new Error(result.message);
  const subject = (code: number, frame: number) => code > 250 && frame >= from;
  const scene = await meanColour(result.render, alpha, (code, frame) => code < 5 && frame >= from);
  return {
    before: distance(await meanColour(source, alpha, subject), scene),
    after: distance(await meanColour(result.render, alpha, subject), scene),
  };
}

describe('a subject is moved at least half the way towards the scene', () => {
  test.each(shots)('that %s', async (_name, shot, from) => {
    const { before, after } = await measureDistances(shot, from, 'custom');
    expect(after).toBeLessThan(before * 0.5);
  });

  test.each<[string, Shot, from: number]>([
    ['moves, its dark side first', { times: steady(48), middle: entering(0) }, 30],
    ['is faded in', { ...fadedIn, middle: (frame) => 0.3 + frame * 0.008 }, 10],
  ])('that is found, and %s', async (_name, shot, from) => {
    const { before, after } = await measureDistances(shot, from, 'auto');
    expect(after).toBeLessThan(before * 0.5);
  });
});

test('sampleShot reads the subject’s colours in each frame’s matte, whatever the keyframes of both files', async () => {
  const middle = (frame: number) => 0.15 + frame * 0.015;
  for (const [keyframes, alphaKeyframes] of [
    [8, 8],
    [8, 250],
    [250, 5],
    [1, 9],
  ] as const) {
    const files = await draw({ times: steady(48), middle, keyframes, alphaKeyframes });
    const found = await sampleShot(await request(files), size, () => {});
    expect(found?.mean[1]).toBeGreaterThan(0.03);
    expect(
      distance(found?.mean ?? [], await meanColour(files.source, files.alpha, (code) => code > 250)),
    ).toBeLessThan(0.015);
  }
});

test('a video that is overwritten from some point on is sampled up to there, and fails when rendered', async () => {
  const drawn = await draw({ times: steady(48), keyframes: 8 });
  const rendered = await renderVideo(await request(drawn), () => {});
  if (isFailure(rendered)) throw new Error(rendered.message);
  // What is rendered has its index in front, so that what is overwritten are frames.
  const files = { source: join(createFolder(), 'broken.mp4'), alpha: rendered.alpha };
  const bytes = readFileSync(rendered.render);
  writeFileSync(files.source, bytes.fill(0, Math.floor(bytes.length * 0.85)));
  expect(await sampleShot(await request(files), size, () => {})).toBeDefined();
  expect(await renderVideo(await request(files), () => {})).toEqual(
    failWith('INVALID_INPUT', 'The source could not be decoded to its end: it is damaged or incomplete.'),
  );
});

test.each<[string, number, readonly number[], number, readonly number[]]>([
  [
    'keyframes all over: those next to the middles',
    100,
    [0, 8, 20, 33, 48, 60, 75, 90, 96],
    12,
    [8, 33, 48, 75, 90],
  ],
  ['one keyframe: as far as may be decoded', 120, [0], 30, [0, 29]],
  ['one keyframe, and all may be decoded', 120, [0], 120, [0, 36, 60, 84, 108]],
  ['a keyframe far behind', 120, [0, 100], 40, [0, 36, 38, 100]],
  ['a keyframe in the middle', 120, [0, 62], 40, [0, 36, 62, 64]],
  ['one frame', 1, [0], 12, [0]],
  ['fewer frames than looks', 3, [0], 12, [0, 1, 2]],
])('%s', (_name, count, keys, budget, expected) => {
  expect(selectSampleFrames({ count, keys }, count, budget)).toEqual(expected);
});
