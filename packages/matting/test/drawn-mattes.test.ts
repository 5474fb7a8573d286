import { viewPicture } from '@restage/pixels';
import { expect, test } from 'vitest';
import { createShotAnalyzer } from '../src/motion/shot-analyzer.ts';
import { openShot } from './drawn/shot.ts';
import { expectNoFlicker, measureShot, measureStill } from './drawn-mattes-suite.ts';

const timeout = 120_000;

// Of the full set, which `drawn-mattes.long.test.ts` measures.
test(
  'the automatic matte of the drawn chair, found by its motion, has an IoU of at least 0.97',
  async () => {
    expect(await measureShot('chair')).toBeGreaterThanOrEqual(0.97);
  },
  timeout,
);

test(
  'the automatic matte of the drawn dog, as a still, has an IoU of at least 0.94',
  async () => {
    expect(await measureStill('dog')).toBeGreaterThanOrEqual(0.94);
  },
  timeout,
);

test(
  'the matte of a still flickers by less than 1 % under sensor noise',
  () => expectNoFlicker('dog', { isAnalysed: false }),
  timeout,
);

test('a shot in which nothing moves gives no analysis', async () => {
  const { picture } = await openShot('bottle')(0.5);
  const analyzer = createShotAnalyzer();
  for (let frame = 0; frame < 6; frame++) analyzer.addFrame(viewPicture(picture));
  expect(analyzer.finish()).toBeUndefined();
});

test('the shot analyzer samples few frames of a shot of any length, spread over all of it', () => {
  const analyzer = createShotAnalyzer();
  const sampled: number[] = [];
  const view = viewPicture({ width: 32, height: 18, data: new Uint8Array(32 * 18 * 3) });
  for (let frame = 0; frame < 4000; frame++) {
    if (!analyzer.needsFrame(frame)) continue;
    analyzer.addFrame(view);
    sampled.push(frame);
  }
  expect(sampled.length).toBeLessThan(70);
  expect(sampled.at(-1)).toBeGreaterThan(3400);
});
