import { expect } from 'vitest';
import { pictureView } from '../src/composite/view.ts';
import { openShot, type TrueFrame } from '../src/drawn/shot.ts';
import { randomFrom } from '../src/math/random.ts';
import { createMatteFinder } from '../src/matte/automatic.ts';
import { createSurvey } from '../src/matte/survey.ts';
import { overlap } from '../src/test-kit.ts';

const frames = 9;

/** Mean overlap (IoU, 0…1) of the automatic matte with the true one over nine frames of a drawn shot. */
export async function measureShot(name: string): Promise<number> {
  const shot = openShot(name);
  const drawn = await Promise.all(Array.from({ length: frames }, (_, n) => shot(n / (frames - 1))));
  const survey = createSurvey();
  for (const [frame, { picture }] of drawn.entries())
    if (survey.wants(frame)) survey.add(pictureView(picture));
  const find = createMatteFinder(survey.finish());
  const overlaps = drawn.map(({ picture, matte }) => overlap(find(pictureView(picture)), matte));
  return overlaps.reduce((sum, value) => sum + value, 0) / frames;
}

/** Overlap (IoU, 0…1) of the automatic matte with the true one for a shot's first frame, taken as a still. */
export async function measureStill(name: string): Promise<number> {
  const { picture, matte } = await openShot(name)(0);
  return overlap(createMatteFinder()(pictureView(picture)), matte);
}

/** Asserts that the matte of one frame, seen several times with sensor noise, changes by less than 1 % of its area. */
export async function expectNoFlicker(name: string, { isSurveyed }: { isSurveyed: boolean }): Promise<void> {
  const shot = openShot(name);
  const survey = createSurvey();
  if (isSurveyed)
    for (let frame = 0; frame < 7; frame++) survey.add(pictureView((await shot(frame / 6)).picture));
  const surveyed = isSurveyed ? survey.finish() : undefined;
  expect(surveyed !== undefined).toBe(isSurveyed);
  const { picture }: TrueFrame = await shot(isSurveyed ? 0 : 0.2);
  const find = createMatteFinder(surveyed);
  const random = randomFrom(7);
  const noisy = () => picture.data.map((value) => Math.max(0, Math.min(255, value + (random() - 0.5) * 6)));
  let before = find(pictureView({ ...picture, data: noisy() }));
  for (let frame = 0; frame < 3; frame++) {
    const matte = find(pictureView({ ...picture, data: noisy() }));
    const change = matte.reduce((sum, value, p) => sum + Math.abs(value - (before[p] ?? 0)), 0);
    expect(change / matte.reduce((sum, value) => sum + value, 0)).toBeLessThan(0.01);
    before = matte;
  }
}
