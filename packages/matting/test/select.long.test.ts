import { expect, test } from 'vitest';
import { holdoutSet, regressionSet, tuningSet, validationSet } from './drawn/shot.ts';
import { expectNoSelectFlicker, type Given, measureSelect } from './select-suite.ts';

const timeout = 240_000;

/** Minimum mean IoU over a shot, and minimum IoU of every frame. */
const [minMean, minFrame] = [0.95, 0.85];

const shots = [...tuningSet, ...validationSet, ...holdoutSet, ...regressionSet];
const givens = ['first', 'middle', 'last'] as const;
const cases = shots.map((name, n): [string, Given] => [name, givens[n % givens.length] ?? 'first']);

test.each(cases)(
  'the true matte of the drawn %s’s %s frame is carried through its shot with a mean IoU of at least 0.95',
  async (name, given) => {
    const { mean, least } = await measureSelect(name, given);
    expect(mean).toBeGreaterThanOrEqual(minMean);
    expect(least).toBeGreaterThanOrEqual(minFrame);
  },
  timeout,
);

test.each(['chair', 'plant', 'speaker'])(
  'the carried matte of the %s flickers by less than 1 % under sensor noise',
  expectNoSelectFlicker,
  timeout,
);
