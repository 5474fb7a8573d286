import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { failWith, isFailure } from '@restage/errors';
import { type Picture, viewPicture } from '@restage/pixels';
import { describe, expect, test } from 'vitest';
import { createFolder } from '../../test/support/folder.ts';
import { onnxBytes, orangeNetwork } from '../../test/support/onnx.ts';
import { drawOrangeDisc, iouWithDisc } from '../../test/support/orange-disc.ts';
import { createNetworkFinder } from '../matte-finder.ts';
import type { MatteModel } from '../model.ts';
import { checkNetwork } from './check-network.ts';
import { type MatteNetwork, openNetwork } from './network.ts';

function writeModel(bytes: Uint8Array, kind: Partial<MatteModel> = {}): MatteModel {
  const path = join(createFolder(), 'matte.onnx');
  writeFileSync(path, bytes);
  return { path, input: 'unit', output: 'alpha', ...kind };
}

async function openTestNetwork(bytes: Uint8Array, kind: Partial<MatteModel> = {}): Promise<MatteNetwork> {
  const network = await openNetwork(writeModel(bytes, kind));
  if (isFailure(network)) throw new Error(network.message);
  return network;
}

async function findMatte(bytes: Uint8Array, picture: Picture, kind: Partial<MatteModel> = {}) {
  const network = await openTestNetwork(bytes, kind);
  expect(await checkNetwork(network)).toBeUndefined();
  return createNetworkFinder(network)(viewPicture(picture));
}

describe('a network that detects orange', () => {
  const picture = drawOrangeDisc(320, 180);

  test.each([
    ['of any size', {}, {}],
    ['of a fixed square', { input: [1, 3, 256, 256], output: [1, 1, 256, 256] }, {}],
    ['of any number of pictures', { input: ['n', 3, 192, 320], output: ['n', 1, 192, 320] }, {}],
    ['that gives logits', { sigmoid: false }, { output: 'logits' }],
    ['that takes −1…1', { bias: -1.5 }, { input: 'signed' }],
    ['that takes −0.5…0.5', {}, { input: 'centred' }],
    // (0.485 − 0.406) / 0.229 and so on: the means shift the balance of red and blue by a third.
    ['that takes ImageNet’s values', { bias: -10 }, { input: 'imagenet' }],
  ] as const)('finds the matte when the network is %s', async (_, options, kind) => {
    expect(iouWithDisc(await findMatte(orangeNetwork(options), picture, kind), picture)).toBeGreaterThan(
      0.93,
    );
  });

  test('refines the edges of a matte a quarter of the frame’s size', async () => {
    const large = drawOrangeDisc(1280, 720);
    const small = orangeNetwork({ input: [1, 3, 180, 320], output: [1, 1, 180, 320] });
    expect(iouWithDisc(await findMatte(small, large), large)).toBeGreaterThan(0.97);
  });

  test('gives a soft matte when its values are stretched between the frame’s minimum and maximum', async () => {
    const matte = await findMatte(orangeNetwork({ sigmoid: false }), picture, { output: 'range' });
    expect(iouWithDisc(matte, picture)).toBeGreaterThan(0.7);
    expect(matte.filter((value) => value > 0 && value < 60).length).toBeGreaterThan(matte.length / 5);
  });

  test('gives the same bytes each time', async () => {
    const bytes = orangeNetwork();
    expect(await findMatte(bytes, picture)).toEqual(await findMatte(bytes, picture));
  });

  test('follows motion, and smooths noise away where nothing moves', async () => {
    const find = createNetworkFinder(await openTestNetwork(orangeNetwork()));
    const first = await find(viewPicture(picture));
    const noisy = { ...picture, data: picture.data.map((value, i) => value + ((i * 7) % 3) - 1) };
    const second = await find(viewPicture(noisy));
    expect(first.reduce((sum, value, p) => sum + Math.abs(value - (second[p] ?? 0)), 0)).toBeLessThan(
      first.reduce((sum, value) => sum + value, 0) * 0.01,
    );
    const moved = drawOrangeDisc(320, 180, 60);
    expect(iouWithDisc(await find(viewPicture(moved)), moved, 60)).toBeGreaterThan(0.93);
  });
});

describe('openNetwork or checkNetwork fails with a message on', () => {
  const identity = (input: (number | string)[], output = input) =>
    onnxBytes({
      inputs: { picture: input },
      outputs: { matte: output },
      constants: {},
      nodes: [{ operator: 'Identity', inputs: ['picture'], output: 'matte' }],
    });

  test.each([
    ['a file that is not ONNX', Buffer.from('not a network'), {}, /can't be opened as an ONNX network/],
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
      'logits declared as alpha',
      orangeNetwork({ sigmoid: false }),
      {},
      /gives values from -.*"logits" or "range"/,
    ],
    ['an output of NaN', orangeNetwork({ bias: Number.NaN }), {}, /no numbers/],
  ] as const)('%s', async (_, bytes, kind, pattern) => {
    const network = await openNetwork(writeModel(bytes, kind));
    const failure = isFailure(network) ? network : await checkNetwork(network);
    expect(failure?.message).toMatch(pattern);
  });

  test('a missing file', async () => {
    const network = await openNetwork({
      path: join(createFolder(), 'none.onnx'),
      input: 'unit',
      output: 'alpha',
    });
    expect(network).toEqual(
      failWith('MATTE_MODEL_UNUSABLE', expect.stringMatching(/^it can't be read: ENOENT/)),
    );
  });

  test('a folder', async () => {
    const network = await openNetwork({ path: createFolder(), input: 'unit', output: 'alpha' });
    expect(network).toEqual(failWith('MATTE_MODEL_UNUSABLE', 'it is not a file.'));
  });

  test('a missing runtime', async () => {
    const missing = () => join(createFolder(), 'onnxruntime-node');
    expect(await openNetwork(writeModel(orangeNetwork()), missing)).toEqual(
      failWith(
        'MATTE_MODEL_UNUSABLE',
        expect.stringMatching(/^onnxruntime-node, which runs it, is not installed/),
      ),
    );
  });
});
