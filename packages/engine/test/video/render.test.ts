import { createHash } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { failWith, isFailure } from '@restage/errors';
import { expect, onTestFinished, test } from 'vitest';
import type { Rendered, RenderRequest } from '../../src/engine.ts';
import { renderVideo } from '../../src/video/render.ts';
import { cutWithMatte } from '../support/cut-video.ts';
import { createFolder } from '../support/files.ts';

const base = { generationType: 'video', alphaMode: 'custom', seed: 3, maxResolution: 720 } as const;

async function render(
  request: Omit<RenderRequest, keyof typeof base | 'outputDirectory'> & Partial<RenderRequest>,
): Promise<Rendered> {
  const result = await renderVideo({ ...base, outputDirectory: createFolder(), ...request }, () => {});
  if (isFailure(result)) throw new Error(result.message);
  return result;
}

const shot = fileURLToPath(new URL('../../../../samples/shot.mp4', import.meta.url));

/** The first frames of the sample shot, and a video matte of as many. */
const cutShot = (frames: number) => cutWithMatte(shot, createFolder(), frames);

test('a render gives the same bytes every time, on an overloaded machine', {
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

test('renderVideo fails for a matte of another length', async () => {
  const { source } = await cutShot(6);
  const { alpha } = await cutShot(4);
  const result = await renderVideo(
    { ...base, source, alpha, prompt: 'dusk', outputDirectory: createFolder() },
    () => {},
  );
  expect(result).toEqual(
    failWith('INVALID_INPUT', 'The alpha has 4 frames and the source has 6: they must have as many.'),
  );
});

test('renderVideo fails for a damaged video', async () => {
  const broken = join(createFolder(), 'broken.mp4');
  writeFileSync(broken, readFileSync(shot).subarray(0, 20_000));
  const result = await renderVideo(
    { ...base, source: broken, alphaMode: 'fill', prompt: 'dusk', outputDirectory: createFolder() },
    () => {},
  );
  expect(result).toEqual(failWith('INVALID_INPUT', expect.stringContaining('source')));
});
