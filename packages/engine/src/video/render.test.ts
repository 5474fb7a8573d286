import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { failWith, isFailure } from '@restage/errors';
import { expect, onTestFinished, test } from 'vitest';
import type { Rendered, RenderRequest } from '../engine.ts';
import { folder } from '../test-kit.ts';
import { cutWithMatte } from './cut-kit.ts';
import { renderVideo } from './render.ts';

const base = { generationType: 'video', alphaMode: 'custom', seed: 3, maxResolution: 720 } as const;

async function render(
  request: Omit<RenderRequest, keyof typeof base | 'outputDirectory'> & Partial<RenderRequest>,
): Promise<Rendered> {
  const result = await renderVideo({ ...base, outputDirectory: folder(), ...request }, () => {});
  if (isFailure(result)) throw new Error(result.message);
  return result;
}

const shot = fileURLToPath(new URL('../../../../samples/shot.mp4', import.meta.url));

/** The first frames of the sample shot, and a video matte of as many. */
const cutShot = (frames: number) => cutWithMatte(shot, folder(), frames);

test('a render gives the same bytes every time, on a machine that has too much to do', {
  timeout: 240_000,
}, async () => {
  const { source, alpha } = await cutShot(8);
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

test('a matte of another length is refused', async () => {
  const { source } = await cutShot(6);
  const { alpha } = await cutShot(4);
  const result = await renderVideo(
    { ...base, source, alpha, prompt: 'dusk', outputDirectory: folder() },
    () => {},
  );
  expect(result).toEqual(
    failWith('INVALID_INPUT', 'The alpha has 4 frames and the source has 6: they must have as many.'),
  );
});

test('a damaged video is refused', async () => {
  const broken = join(folder(), 'broken.mp4');
  writeFileSync(broken, readFileSync(shot).subarray(0, 20_000));
  const result = await renderVideo(
    { ...base, source: broken, alphaMode: 'fill', prompt: 'dusk', outputDirectory: folder() },
    () => {},
  );
  expect(result).toEqual(failWith('INVALID_INPUT', expect.stringContaining('source')));
});
