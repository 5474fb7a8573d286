import { footagePath } from '@restage/fixtures/footage';
import { computeTraceIou, readTrace, type TraceName } from '@restage/fixtures/traced';
import { viewPicture } from '@restage/pixels';
import sharp from 'sharp';
import { expect, test } from 'vitest';
import { createNetworkFinder } from '../src/matte-finder.ts';
import { iou } from './drawn/iou.ts';
import { holdoutSet, openShot, regressionSet, tuningSet, validationSet } from './drawn/shot.ts';
import { openU2netp } from './support/u2netp.ts';

const timeout = 300_000;

async function findMatte(name: TraceName, file: Parameters<typeof footagePath>[0]): Promise<Uint8Array> {
  const image = sharp(footagePath(file)).removeAlpha().toColourspace('srgb').raw();
  const { data, info } = await image.toBuffer({ resolveWithObject: true });
  const { width, height } = info;
  expect((await readTrace(name)).width).toBe(width);
  return createNetworkFinder(await openU2netp())(viewPicture({ width, height, data }));
}

// The frame cuts the cat: only with a border around it does the network see the ears and the chest.
test.each([
  ['astronaut', 'astronaut.png', 0.97],
  ['chelsea', 'chelsea.png', 0.98],
  ['coffee', 'coffee.png', 0.98],
  ['rocket', 'rocket.jpg', 0.97],
] as const)(
  'the matte of the photograph %s, with u2netp, has an IoU with its traced outline of at least the bound',
  async (name, file, bound) => {
    expect(computeTraceIou(await findMatte(name, file), await readTrace(name))).toBeGreaterThanOrEqual(bound);
  },
  timeout,
);

test(
  'a still with u2netp gives the same bytes from two networks that run at once',
  async () => {
    const [one, other] = await Promise.all([
      findMatte('coffee', 'coffee.png'),
      findMatte('coffee', 'coffee.png'),
    ]);
    expect(Buffer.from(one).equals(other)).toBe(true);
  },
  timeout,
);

test(
  'the mattes of the drawn shots’ middle frames as stills, with u2netp, have a mean IoU of at least 0.8',
  async () => {
    const network = await openU2netp();
    const names = [...tuningSet, ...validationSet, ...holdoutSet, ...regressionSet];
    const overlaps = await Promise.all(
      names.map(async (name) => {
        const { picture, matte } = await openShot(name)(0.5);
        return iou(await createNetworkFinder(network)(viewPicture(picture)), matte);
      }),
    );
    expect(overlaps.reduce((sum, value) => sum + value, 0) / names.length).toBeGreaterThanOrEqual(0.8);
  },
  timeout,
);
