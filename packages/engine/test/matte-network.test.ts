import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failWith, isFailure } from '@restage/errors';
import { type MatteModel, openNetwork } from '@restage/matting';
import { drawOrangeDisc, iouWithDisc, orangeNetwork } from '@restage/matting/testing';
import { describe, expect, test } from 'vitest';
import { createCompositor } from '../src/compositor.ts';
import { renderVideo } from '../src/video/render.ts';
import { createFolder, cutVideo, drawPicture, inspectVideo, readPixels } from './support/files.ts';

function model(bytes: Uint8Array): MatteModel {
  const path = join(createFolder(), 'matte.onnx');
  writeFileSync(path, bytes);
  return { path, input: 'unit', output: 'alpha' };
}

test('renderVideo finds the subject by a network', async () => {
  const source = join(createFolder(), 'source.mp4');
  await cutVideo(fileURLToPath(new URL('../../../samples/shot.mp4', import.meta.url)), source, 5);
  const network = await openNetwork(
    model(orangeNetwork({ input: [1, 3, 96, 160], output: [1, 1, 96, 160] })),
  );
  if (isFailure(network)) throw new Error(network.message);
  const result = await renderVideo(
    {
      generationType: 'video',
      alphaMode: 'auto',
      source,
      prompt: 'sunset',
      seed: 1,
      maxResolution: 720,
      outputDirectory: createFolder(),
    },
    () => {},
    network,
  );
  if (isFailure(result)) throw new Error(result.message);
  const alpha = await inspectVideo(result.alpha);
  expect(alpha.frames).toBe(5);
  // The network sees what is orange of the drawn robot; colours and edges add the rest of it, but not the scene.
  const found = alpha.first.subarray(0, 640 * 360).filter((value) => value > 200).length;
  expect(found).toBeGreaterThan(500);
  expect(found).toBeLessThan(640 * 360 * 0.25);
});

describe('the compositor with a matte model', () => {
  const quiet = { signal: new AbortController().signal, onProgress: () => {} };

  test('uses it for alpha mode auto in its worker processes, and check finds it usable', async () => {
    const engine = createCompositor({ workers: 1, matteModel: model(orangeNetwork()) });
    try {
      expect(await engine.check()).toBeUndefined();
      const picture = drawOrangeDisc(640, 360);
      const render = async () => {
        const result = await engine.render(
          {
            generationType: 'image',
            alphaMode: 'auto',
            source: await drawPicture(join(createFolder(), 'source.png'), picture),
            prompt: 'sunset',
            seed: 1,
            maxResolution: 720,
            outputDirectory: createFolder(),
          },
          quiet,
        );
        if (isFailure(result)) throw new Error(result.message);
        return result;
      };
      const [one, other] = [await render(), await render()];
      const { data } = await readPixels(one.alpha);
      expect(
        iouWithDisc(
          data.filter((_, i) => i % 3 === 0),
          picture,
        ),
      ).toBeGreaterThan(0.95);
      expect(readFileSync(one.render)).toEqual(readFileSync(other.render));
    } finally {
      await engine.close();
    }
  });

  test('check says what is wrong with it before any job', async () => {
    const engine = createCompositor({
      workers: 1,
      matteModel: { path: join(createFolder(), 'none.onnx'), input: 'unit', output: 'alpha' },
    });
    try {
      expect(await engine.check()).toEqual(failWith('MATTE_MODEL_UNUSABLE', expect.stringMatching(/ENOENT/)));
    } finally {
      await engine.close();
    }
  });
});
