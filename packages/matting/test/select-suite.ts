import { createRandom, viewPicture } from '@restage/pixels';
import { expect } from 'vitest';
import { createSelectFinder } from '../src/select/select-finder.ts';
import { createShotCarrier, type SelectedShot } from '../src/select/select-shot.ts';
import { iou } from './drawn/iou.ts';
import { drawFrames, mean } from './drawn/measure-shot.ts';
import { type GroundTruthFrame, openShot } from './drawn/shot.ts';

/** The frame whose true matte is given. */
export type Given = 'first' | 'middle' | 'last';

const frames = 9;

function carry(drawn: readonly GroundTruthFrame[], frame: number): SelectedShot {
  const carrier = createShotCarrier();
  for (const { picture } of drawn) carrier.addFrame(viewPicture(picture));
  const { picture, matte } = drawn[frame] as GroundTruthFrame;
  const steps = carrier.carry({ frame, width: picture.width, height: picture.height, data: matte });
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value;
}

/** IoU with the ground truth of the mattes that one true frame of a drawn shot was carried to; its own is left out. */
export async function measureSelect(
  name: string,
  given: Given,
): Promise<{ readonly mean: number; readonly least: number }> {
  const drawn = await drawFrames(name, frames);
  const keyframe = { first: 0, middle: frames >> 1, last: frames - 1 }[given];
  const find = createSelectFinder(carry(drawn, keyframe));
  const overlaps = drawn
    .map(({ picture, matte }) => iou(find(viewPicture(picture)), matte))
    .filter((_, frame) => frame !== keyframe);
  return {
    mean: mean(overlaps),
    least: Math.min(...overlaps),
  };
}

/** Asserts that the matte of one picture, repeated with sensor noise, changes by less than 1 % of its area. */
export async function expectNoSelectFlicker(name: string): Promise<void> {
  const { picture, matte } = await openShot(name)(0.2);
  const random = createRandom(7);
  const noisy = () => ({
    ...picture,
    data: picture.data.map((value) => Math.max(0, Math.min(255, value + (random() - 0.5) * 6))),
  });
  const drawn = Array.from({ length: 5 }, () => ({ picture: noisy(), matte }));
  const find = createSelectFinder(carry(drawn, 0));
  const mattes = drawn.map((frame) => find(viewPicture(frame.picture)));
  for (let frame = 1; frame < mattes.length; frame++) {
    const before = mattes[frame - 1] as Uint8Array;
    const change = mattes[frame]?.reduce((sum, value, p) => sum + Math.abs(value - (before[p] ?? 0)), 0);
    expect((change ?? 0) / matte.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01);
  }
}
