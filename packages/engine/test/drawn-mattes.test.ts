import { expect, test } from 'vitest';
import { pictureView } from '../src/composite/view.ts';
import { openShot } from '../src/drawn/shot.ts';
import { createSurvey } from '../src/matte/survey.ts';
import { expectNoFlicker, measureShot, measureStill } from './drawn-mattes-suite.ts';

const timeout = 120_000;

// Of the full set, which `drawn-mattes.long.test.ts` measures.
test(
  'the automatic matte of the drawn chair, found by its motion, overlaps the true one by at least 0.97',
  async () => {
    expect(await measureShot('chair')).toBeGreaterThanOrEqual(0.97);
  },
  timeout,
);

test(
  'the automatic matte of the drawn dog, as a still, overlaps the true one by at least 0.94',
  async () => {
    expect(await measureStill('dog')).toBeGreaterThanOrEqual(0.94);
  },
  timeout,
);

test(
  'the matte of a still flickers by less than 1 % under sensor noise',
  () => expectNoFlicker('dog', { isSurveyed: false }),
  timeout,
);

test('a shot without a subject that moves gives no survey', async () => {
  const { picture } = await openShot('bottle')(0.5);
  const survey = createSurvey();
  for (let frame = 0; frame < 6; frame++) survey.add(pictureView(picture));
  expect(survey.finish()).toBeUndefined();
});

test('a survey samples few frames of a shot of any length, from all over it', () => {
  const survey = createSurvey();
  const sampled: number[] = [];
  const view = pictureView({ width: 32, height: 18, data: new Uint8Array(32 * 18 * 3) });
  for (let frame = 0; frame < 4000; frame++) {
    if (!survey.wants(frame)) continue;
    survey.add(view);
    sampled.push(frame);
  }
  expect(sampled.length).toBeLessThan(70);
  expect(sampled.at(-1)).toBeGreaterThan(3400);
});
