import { createRandom, viewPicture } from '@restage/pixels';
import { expect } from 'vitest';
import { createMatteFinder, createNetworkFinder } from '../src/matte-finder.ts';
import { createShotAnalyzer } from '../src/motion/shot-analyzer.ts';
import type { MatteNetwork } from '../src/network/network.ts';
import { iou } from './drawn/iou.ts';
import { drawFrames, mean, measureFrames } from './drawn/measure-shot.ts';
import { type GroundTruthFrame, openShot } from './drawn/shot.ts';

const frames = 9;

/** Mean IoU of the automatic matte with the ground truth over nine frames of a drawn shot. */
export async function measureShot(name: string): Promise<number> {
  const { overlaps } = await measureFrames(await drawFrames(name, frames));
  return mean(overlaps);
}

/** IoU of the automatic matte with the ground truth for a shot's first frame, taken as a still. */
export async function measureStill(name: string): Promise<number> {
  const { picture, matte } = await openShot(name)(0);
  return iou(createMatteFinder()(viewPicture(picture)), matte);
}

/** Asserts that the matte of one frame, repeated with sensor noise, changes by less than 1 % of its area. */
export async function expectNoFlicker(
  name: string,
  { isAnalysed, network }: { isAnalysed: boolean; network?: MatteNetwork },
): Promise<void> {
  const shot = openShot(name);
  const analyzer = createShotAnalyzer();
  if (isAnalysed)
    for (let frame = 0; frame < 7; frame++) analyzer.addFrame(viewPicture((await shot(frame / 6)).picture));
  const finish = () => (network === undefined ? analyzer.finish() : analyzer.finishWith(network));
  const analysis = isAnalysed ? await finish() : undefined;
  expect(analysis !== undefined).toBe(isAnalysed);
  const { picture }: GroundTruthFrame = await shot(isAnalysed ? 0 : 0.2);
  const find = network === undefined ? createMatteFinder(analysis) : createNetworkFinder(network, analysis);
  const random = createRandom(7);
  const noisy = () => picture.data.map((value) => Math.max(0, Math.min(255, value + (random() - 0.5) * 6)));
  let before = await find(viewPicture({ ...picture, data: noisy() }));
  for (let frame = 0; frame < 3; frame++) {
    const matte = await find(viewPicture({ ...picture, data: noisy() }));
    const change = matte.reduce((sum, value, p) => sum + Math.abs(value - (before[p] ?? 0)), 0);
    expect(change / matte.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01);
    before = matte;
  }
}
