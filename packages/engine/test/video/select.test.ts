import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failWith, isFailure } from '@restage/errors';
import { iou } from '@restage/matting/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Rendered, RenderRequest } from '../../src/engine.ts';
import { decodeFrames } from '../../src/video/decode/decode.ts';
import { closeVideo, openVideo } from '../../src/video/decode/open.ts';
import { renderVideo } from '../../src/video/render.ts';
import { cutVideo } from '../support/cut-video.ts';
import { createFolder, drawMatte } from '../support/files.ts';

const frames = 7;
const keyframe = 3;
const [width, height] = [640, 360];
const shot = fileURLToPath(new URL('../../../../samples/shot.mp4', import.meta.url));

/** How far a place is inside a disc that moves down to the right, in pixels. */
const depth = (frame: number, x: number, y: number) =>
  70 - Math.hypot(x * width - 230 - frame * 11, y * height - 150 - frame * 5);
/** The disc's share of a place: its edge is 12 pixels wide. */
const share = (frame: number, x: number, y: number) =>
  Math.min(1, Math.max(0, depth(frame, x, y) / 12 + 0.5));
/** Light and dark stripes that move with the disc, before others that don't. */
const light = (frame: number, x: number, y: number) => {
  const [u, v] = [x * width - frame * 11, y * height - frame * 5];
  const disc = 190 + 35 * Math.sin(u / 9) * Math.sin(v / 7);
  const back = 80 + 30 * Math.sin(x * 47) * Math.sin(y * 31);
  return Math.round(back + (disc - back) * share(frame, x, y));
};

const folder = mkdtempSync(join(tmpdir(), 'restage-select-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const source = join(folder, 'source.mp4');
const alpha = join(folder, 'matte.png');
const base = { generationType: 'video', alphaMode: 'select', seed: 3, maxResolution: 720 } as const;

/** The true matte of a frame. */
function getTruth(frame: number): Uint8Array {
  return Uint8Array.from({ length: width * height }, (_, p) =>
    Math.round(255 * share(frame, ((p % width) + 0.5) / width, (Math.floor(p / width) + 0.5) / height)),
  );
}

beforeAll(async () => {
  await cutVideo(shot, source, frames, light);
  await drawMatte(alpha, width, height, (x, y) => Math.round(255 * share(keyframe, x, y)));
});

const request = (fields: Partial<RenderRequest> = {}): RenderRequest => ({
  ...base,
  source,
  alpha,
  alphaKeyframeIndex: keyframe,
  prompt: 'dusk',
  outputDirectory: mkdtempSync(join(folder, 'out-')),
  ...fields,
});

async function render(): Promise<{ readonly rendered: Rendered; readonly progress: readonly number[] }> {
  const progress: number[] = [];
  const rendered = await renderVideo(request(), (fraction) => progress.push(fraction));
  if (isFailure(rendered)) throw new Error(rendered.message);
  return { rendered, progress };
}

let first: Awaited<ReturnType<typeof render>>;
beforeAll(async () => {
  first = await render();
});

async function readMattes(path: string): Promise<Uint8Array[]> {
  const input = await openVideo(path, 'alpha');
  if (isFailure(input)) throw new Error(input.message);
  const mattes: Uint8Array[] = [];
  for await (const { data } of decodeFrames(input, input, 'matte')) mattes.push(data.slice());
  await closeVideo(input);
  return mattes;
}

test('the matte of one frame is itself in that frame, and carried both ways with its soft edge in the others', async () => {
  const { rendered, progress } = first;
  const mattes = await readMattes(rendered.alpha);
  expect(mattes).toHaveLength(frames);
  for (const [frame, matte] of mattes.entries()) {
    const truth = getTruth(frame);
    const error = matte.reduce((sum, value, p) => sum + Math.abs(value - (truth[p] ?? 0)), 0) / matte.length;
    expect(error, `frame ${frame}`).toBeLessThan(frame === keyframe ? 0.5 : 1);
    expect(iou(matte, truth), `frame ${frame}`).toBeGreaterThan(0.97);
    const countSoft = (data: Uint8Array) => data.filter((value) => value > 50 && value < 205).length;
    expect(countSoft(matte) / countSoft(truth), `frame ${frame}`).toBeGreaterThan(0.8);
  }
  expect(progress.at(-1)).toBe(1);
  expect(progress).toEqual([...progress].sort((one, other) => one - other));
  // Half of the work comes before the first rendered frame, and is told as it goes.
  expect(progress.filter((fraction) => fraction < 0.5).length).toBeGreaterThan(frames);
});

test('a matte is carried with the same bytes every time', async () => {
  const digest = ({ rendered: { render, source, alpha } }: typeof first) =>
    [render, source, alpha].map((path) => createHash('sha256').update(readFileSync(path)).digest('hex'));
  expect(digest(await render())).toEqual(digest(first));
});

test('a render with select fails for a matte that is missing or damaged, and for a frame that is not there', async () => {
  const broken = join(createFolder(), 'broken.png');
  writeFileSync(broken, readFileSync(alpha).subarray(0, 100));
  const { alpha: _, ...withoutAlpha } = request();
  const fail = (fields: RenderRequest) => renderVideo(fields, () => {});
  expect(await fail(withoutAlpha)).toEqual(failWith('INVALID_INPUT', 'Alpha mode select needs an alpha.'));
  expect(await fail(request({ alpha: broken }))).toEqual(
    failWith('INVALID_INPUT', expect.stringContaining('alpha')),
  );
  expect(await fail(request({ alphaKeyframeIndex: frames }))).toEqual(
    failWith('INVALID_INPUT', 'The matte is of frame 7, and the source has 7 frames.'),
  );
});
