import { expect, test } from 'vitest';
import { expectNoSelectFlicker, measureSelect } from './select-suite.ts';

const timeout = 120_000;

// Of the full set, which `select.long.test.ts` measures.
test(
  'the true matte of the drawn bicycle’s middle frame is carried both ways with a mean IoU of at least 0.97',
  async () => {
    const { mean, least } = await measureSelect('bicycle', 'middle');
    expect(mean).toBeGreaterThanOrEqual(0.97);
    expect(least).toBeGreaterThanOrEqual(0.85);
  },
  timeout,
);

test(
  'a carried matte flickers by less than 1 % under sensor noise',
  () => expectNoSelectFlicker('dog'),
  timeout,
);
