import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { AVCOL_RANGE_MPEG, AVCOL_SPC_BT709 } from 'node-av/constants';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Rendered, RenderRequest } from '../engine.ts';
import { cutVideo, egg, folder, inspect, media } from '../test-kit.ts';
import { renderVideo } from './render.ts';

const base = { generationType: 'video', alphaMode: 'custom', seed: 3, maxResolution: 720 } as const;

async function render(
  request: Omit<RenderRequest, keyof typeof base | 'outputDirectory'> & Partial<RenderRequest>,
): Promise<Rendered> {
  const result = await renderVideo({ ...base, outputDirectory: folder(), ...request }, () => {});
  if (result.kind !== 'rendered') throw new Error(result.message);
  return result;
}

async function cockatoo(frames: number) {
  const directory = folder();
  const source = join(directory, 'source.mp4');
  const alpha = join(directory, 'alpha.mp4');
  await cutVideo(media('cockatoo.mp4'), source, frames);
  await cutVideo(media('cockatoo.mp4'), alpha, frames, (_frame, x, y) => egg(x, y));
  return { source, alpha };
}

describe('48 frames of real footage with a video matte', () => {
  test('come back as three videos of that length, every frame at its time, tagged', async () => {
    const { source, alpha } = await cockatoo(48);
    const original = await inspect(source);
    const result = await render({ source, alpha, prompt: 'sunset over the sea' });
    expect(result).toMatchObject({ width: 1280, height: 720, frames: 48 });
    for (const path of [result.render, result.source, result.alpha]) {
      const made = await inspect(path);
      expect(made).toMatchObject({
        width: 1280,
        height: 720,
        frames: 48,
        range: AVCOL_RANGE_MPEG,
        space: AVCOL_SPC_BT709,
      });
      expect(made.duration).toBeCloseTo(original.duration, 3);
      for (const [n, time] of made.times.entries()) expect(time).toBeCloseTo(original.times[n] ?? -1, 3);
      const bytes = readFileSync(path);
      expect(bytes.indexOf('moov')).toBeLessThan(bytes.indexOf('mdat'));
    }
    const out = await inspect(result.render);
    const matte = await inspect(result.alpha);
    expect(matte.first[0]).toBe(16);
    expect(matte.first.subarray(0, 1280 * 720).includes(235)).toBe(true);
    expect(out.first[0]).not.toBe(original.first[0]);
  });

  test('give the same bytes every time, on a machine that has too much to do', {
    timeout: 240_000,
  }, async () => {
    const { source, alpha } = await cockatoo(8);
    const busy = [0, 1].map(() => new Worker('for (;;);', { eval: true }));
    onTestFinished(async () => {
      await Promise.all(busy.map((worker) => worker.terminate()));
    });
    const digest = async () => {
      const result = await render({ source, alpha, prompt: 'neon alley' });
      return [result.render, result.source, result.alpha].map((path) =>
        createHash('sha256').update(readFileSync(path)).digest('hex'),
      );
    };
    const first = await digest();
    for (let run = 1; run < 3; run++) expect(await digest()).toEqual(first);
  });
});

test('a matte of another length is refused', async () => {
  const { source } = await cockatoo(6);
  const { alpha } = await cockatoo(4);
  const result = await renderVideo(
    { ...base, source, alpha, prompt: 'dusk', outputDirectory: folder() },
    () => {},
  );
  expect(result).toEqual({
    kind: 'failed',
    message: 'The alpha has fewer frames than the source: they must have as many.',
  });
});

test('a damaged video is refused', async () => {
  const broken = join(folder(), 'broken.mp4');
  writeFileSync(broken, readFileSync(media('cockatoo.mp4')).subarray(0, 40_000));
  const result = await renderVideo(
    { ...base, source: broken, alphaMode: 'fill', prompt: 'dusk', outputDirectory: folder() },
    () => {},
  );
  expect(result).toEqual({ kind: 'failed', message: expect.stringContaining('source') });
});
