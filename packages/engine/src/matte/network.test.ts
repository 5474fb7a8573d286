import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { failWith, isFailure } from '@restage/errors';
import { describe, expect, test } from 'vitest';
import { type Picture, pictureView } from '../composite/view.ts';
import { createCompositor } from '../compositor.ts';
import type { MatteModel } from '../engine.ts';
import { cutVideo, drawPicture, folder, inspect, overlap, pixels } from '../test-kit.ts';
import { renderVideo } from '../video/render.ts';
import { type MatteNetwork, openNetwork } from './network.ts';
import { checkNetwork, createNetworkFinder } from './network-finder.ts';
import { onnxBytes, orangeNetwork } from './onnx-kit.ts';

/** An orange disc, off the middle and on the border, before a blue that its light changes over. */
function scene(width: number, height: number, shift = 0): Picture {
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++)
    data.set(
      covered(p, width, height, shift)
        ? [220, 120, 40]
        : [30, 80, 120 + Math.round((60 * (p % width)) / width)],
      p * 3,
    );
  return { width, height, data };
}

const covered = (p: number, width: number, height: number, shift: number) =>
  Math.hypot((p % width) - width * 0.2 - shift, Math.floor(p / width) - height * 0.7) < height * 0.35;

/** How well a matte fits the disc. */
function fit(matte: Uint8Array, { width, height }: Picture, shift = 0): number {
  return overlap(
    matte,
    matte.map((_, p) => (covered(p, width, height, shift) ? 255 : 0)),
  );
}

function model(bytes: Uint8Array, kind: Partial<MatteModel> = {}): MatteModel {
  const path = join(folder(), 'matte.onnx');
  writeFileSync(path, bytes);
  return { path, input: 'unit', output: 'alpha', ...kind };
}

async function open(bytes: Uint8Array, kind: Partial<MatteModel> = {}): Promise<MatteNetwork> {
  const network = await openNetwork(model(bytes, kind));
  if (isFailure(network)) throw new Error(network.message);
  return network;
}

async function matteOf(bytes: Uint8Array, picture: Picture, kind: Partial<MatteModel> = {}) {
  const network = await open(bytes, kind);
  expect(await checkNetwork(network)).toBeUndefined();
  return createNetworkFinder(network)(pictureView(picture));
}

describe('a network that finds orange things', () => {
  const picture = scene(320, 180);

  test.each([
    ['of any size', {}, {}],
    ['of a fixed square', { input: [1, 3, 256, 256], output: [1, 1, 256, 256] }, {}],
    ['of any number of pictures', { input: ['n', 3, 192, 320], output: ['n', 1, 192, 320] }, {}],
    ['that gives logits', { sigmoid: false }, { output: 'logits' }],
    ['that takes −1…1', { bias: -1.5 }, { input: 'signed' }],
    ['that takes −0.5…0.5', {}, { input: 'centred' }],
    // (0.485 − 0.406) / 0.229 and so on: the means shift the balance of red and blue by a third.
    ['that takes ImageNet’s values', { bias: -10 }, { input: 'imagenet' }],
  ] as const)('gives its matte, when %s', async (_, options, kind) => {
    expect(fit(await matteOf(orangeNetwork(options), picture, kind), picture)).toBeGreaterThan(0.93);
  });

  test('gives sharp edges to a matte a quarter of the frame’s size', async () => {
    const large = scene(1280, 720);
    const small = orangeNetwork({ input: [1, 3, 180, 320], output: [1, 1, 180, 320] });
    expect(fit(await matteOf(small, large), large)).toBeGreaterThan(0.97);
  });

  test('gives a soft matte, when its values are stretched from the frame’s least to its most', async () => {
    const matte = await matteOf(orangeNetwork({ sigmoid: false }), picture, { output: 'range' });
    expect(fit(matte, picture)).toBeGreaterThan(0.7);
    expect(matte.filter((value) => value > 0 && value < 60).length).toBeGreaterThan(matte.length / 5);
  });

  test('gives the same bytes each time', async () => {
    const bytes = orangeNetwork();
    expect(await matteOf(bytes, picture)).toEqual(await matteOf(bytes, picture));
  });

  test('follows what moves, and holds what stands still', async () => {
    const find = createNetworkFinder(await open(orangeNetwork()));
    const first = await find(pictureView(picture));
    const noisy = { ...picture, data: picture.data.map((value, i) => value + ((i * 7) % 3) - 1) };
    const second = await find(pictureView(noisy));
    expect(first.reduce((sum, value, p) => sum + Math.abs(value - (second[p] ?? 0)), 0)).toBeLessThan(
      first.reduce((sum, value) => sum + value, 0) * 0.01,
    );
    const moved = scene(320, 180, 60);
    expect(fit(await find(pictureView(moved)), moved, 60)).toBeGreaterThan(0.93);
  });
});

test('a video job uses it on every frame', async () => {
  const source = join(folder(), 'source.mp4');
  await cutVideo(fileURLToPath(new URL('../../../../samples/shot.mp4', import.meta.url)), source, 5);
  const network = await open(orangeNetwork({ input: [1, 3, 96, 160], output: [1, 1, 96, 160] }));
  const result = await renderVideo(
    {
      generationType: 'video',
      alphaMode: 'auto',
      source,
      prompt: 'sunset',
      seed: 1,
      maxResolution: 720,
      outputDirectory: folder(),
    },
    () => {},
    () => createNetworkFinder(network),
  );
  if (isFailure(result)) throw new Error(result.message);
  const alpha = await inspect(result.alpha);
  expect(alpha.frames).toBe(5);
  // What is orange of the drawn robot is small, and not all of the frame is.
  const found = alpha.first.subarray(0, 640 * 360).filter((value) => value > 200).length;
  expect(found).toBeGreaterThan(500);
  expect(found).toBeLessThan(640 * 360 * 0.2);
});

describe('what can’t be used is said in words', () => {
  const identity = (input: (number | string)[], output = input) =>
    onnxBytes({
      inputs: { picture: input },
      outputs: { matte: output },
      constants: {},
      nodes: [{ operator: 'Identity', inputs: ['picture'], output: 'matte' }],
    });

  test.each([
    ['no network', Buffer.from('not a network'), {}, /can't be opened as an ONNX network/],
    ['an input of one channel', identity([1, 1, 8, 8]), {}, /input is 1×1×8×8; N×3×H×W/],
    ['an input of three sizes', identity([3, 8, 8]), {}, /input is 3×8×8; N×3×H×W/],
    [
      'two inputs',
      onnxBytes({
        inputs: { picture: [1, 3, 8, 8], previous: [1, 3, 8, 8] },
        outputs: { matte: [1, 3, 8, 8] },
        constants: {},
        nodes: [{ operator: 'Add', inputs: ['picture', 'previous'], output: 'matte' }],
      }),
      {},
      /2 inputs; one, the picture, is expected/,
    ],
    ['an output of three channels', identity([1, 3, 8, 8]), {}, /gives float32 1×3×8×8; one channel/],
    [
      'logits taken for alpha',
      orangeNetwork({ sigmoid: false }),
      {},
      /gives values from -.*"logits" or "range"/,
    ],
    ['no numbers', orangeNetwork({ bias: Number.NaN }), {}, /no numbers/],
  ] as const)('%s', async (_, bytes, kind, words) => {
    const network = await openNetwork(model(bytes, kind));
    const fault = isFailure(network) ? network : await checkNetwork(network);
    expect(fault?.message).toMatch(words);
  });

  test('a file that is not there', async () => {
    const network = await openNetwork({ path: join(folder(), 'none.onnx'), input: 'unit', output: 'alpha' });
    expect(network).toEqual(
      failWith('MATTE_MODEL_UNUSABLE', expect.stringMatching(/^it can't be read: ENOENT/)),
    );
  });

  test('a folder', async () => {
    const network = await openNetwork({ path: folder(), input: 'unit', output: 'alpha' });
    expect(network).toEqual(failWith('MATTE_MODEL_UNUSABLE', 'it is not a file.'));
  });

  test('a runtime that is not installed', async () => {
    const missing = () => Promise.reject(new Error("Cannot find package 'onnxruntime-node'"));
    expect(await openNetwork(model(orangeNetwork()), missing)).toEqual(
      failWith(
        'MATTE_MODEL_UNUSABLE',
        expect.stringMatching(/^onnxruntime-node, which runs it, is not installed/),
      ),
    );
  });
});

describe('the compositor with a matte model', () => {
  const quiet = { signal: new AbortController().signal, onProgress: () => {} };

  test('uses it for alpha mode auto, in its own processes, and says at once whether it can', async () => {
    const engine = createCompositor({ workers: 1, matteModel: model(orangeNetwork()) });
    try {
      expect(await engine.check()).toBeUndefined();
      const picture = scene(640, 360);
      const render = async () => {
        const result = await engine.render(
          {
            generationType: 'image',
            alphaMode: 'auto',
            source: await drawPicture(join(folder(), 'source.png'), picture),
            prompt: 'sunset',
            seed: 1,
            maxResolution: 720,
            outputDirectory: folder(),
          },
          quiet,
        );
        if (isFailure(result)) throw new Error(result.message);
        return result;
      };
      const [one, other] = [await render(), await render()];
      const { data } = await pixels(one.alpha);
      expect(
        fit(
          data.filter((_, i) => i % 3 === 0),
          picture,
        ),
      ).toBeGreaterThan(0.95);
      expect(readFileSync(one.render)).toEqual(readFileSync(other.render));
    } finally {
      await engine.close();
    }
  });

  test('says what is wrong with it before any job', async () => {
    const engine = createCompositor({
      workers: 1,
      matteModel: { path: join(folder(), 'none.onnx'), input: 'unit', output: 'alpha' },
    });
    try {
      expect(await engine.check()).toEqual(failWith('MATTE_MODEL_UNUSABLE', expect.stringMatching(/ENOENT/)));
    } finally {
      await engine.close();
    }
  });
});
