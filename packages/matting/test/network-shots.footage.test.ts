import { viewPicture } from '@restage/pixels';
import { expect, test } from 'vitest';
import { createNetworkFinder } from '../src/matte-finder.ts';
import { createShotAnalyzer } from '../src/motion/shot-analyzer.ts';
import { iou } from './drawn/iou.ts';
import { type GroundTruthFrame, openShot } from './drawn/shot.ts';
import { expectNoFlicker } from './drawn-mattes-suite.ts';
import { openU2netp } from './support/u2netp.ts';

const frames = 9;

/** Mean IoU with the ground truth, with u2netp, over every second of a drawn shot's nine frames. */
async function measureShot(name: string): Promise<number> {
  const network = await openU2netp();
  const shot = openShot(name);
  const drawn: GroundTruthFrame[] = [];
  for (let frame = 0; frame < frames; frame++) drawn.push(await shot(frame / (frames - 1)));
  const analyzer = createShotAnalyzer();
  for (const { picture } of drawn) analyzer.addFrame(viewPicture(picture));
  const find = createNetworkFinder(network, await analyzer.finishWith(network));
  const overlaps: number[] = [];
  for (const { picture, matte } of drawn.filter((_, frame) => frame % 2 === 0))
    overlaps.push(iou(await find(viewPicture(picture)), matte));
  return overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
}

// In the first three, the network finds what motion alone does not. In the others its subject is the worse one: it takes
// 0.85 of the sitter, 0.81 of the bottle, 0.62 of the bicycle, and half of the walker and the hiker.
test.concurrent.each([
  ['speaker', 0.97],
  ['umbrella', 0.93],
  ['goat', 0.97],
  ['sitter', 0.965],
  ['bottle', 0.955],
  ['bicycle', 0.905],
  ['walker', 0.98],
  ['hiker', 0.98],
] as const)(
  'the drawn %s, as a shot with u2netp, has a mean IoU of at least %d',
  async (name, bound) => {
    expect(await measureShot(name)).toBeGreaterThanOrEqual(bound);
  },
  300_000,
);

test.concurrent.each(['plant', 'bicycle'])(
  'the matte of the %s, as a still with u2netp, flickers by less than 1 % under sensor noise',
  async (name) => expectNoFlicker(name, { isAnalysed: false, network: await openU2netp() }),
  300_000,
);

test.concurrent.each(['chair', 'umbrella'])(
  'the matte of the %s, as a shot with u2netp, flickers by less than 1 % under sensor noise',
  async (name) => expectNoFlicker(name, { isAnalysed: true, network: await openU2netp() }),
  300_000,
);
