import { beforeAll, expect, test } from 'vitest';
import type { MatteNetwork } from '../src/network/network.ts';
import { drawFrames, mean, measureFrames } from './drawn/measure-shot.ts';
import { expectNoFlicker } from './drawn-mattes-suite.ts';
import { openU2netp } from './support/u2netp.ts';

const frames = 13;

/** Drawn shots that are measured with u2netp. */
interface MeasuredShots {
  readonly shots: readonly string[];
  /** Minimum IoU of each. */
  readonly bounds: Readonly<Record<string, number>>;
  /** Minimum mean of all. */
  readonly meanBound: number;
  /** One whose matte as a still must not flicker, and one found in its shot. */
  readonly still: string;
  readonly moving: string;
}

/** Registers the tests of drawn shots with u2netp. */
export function testNetworkShots({ shots, bounds, meanBound, still, moving }: MeasuredShots): void {
  let network: MatteNetwork;
  beforeAll(async () => {
    network = await openU2netp();
  });

  const measured: number[] = [];
  test.concurrent.each(Object.entries(bounds))(
    'the drawn %s, as a shot with u2netp, has a mean IoU of at least %d',
    async (name, bound) => {
      const { overlaps } = await measureFrames(await drawFrames(name, frames), network);
      const overlap = mean(overlaps);
      measured.push(overlap);
      expect(overlap).toBeGreaterThanOrEqual(bound);
    },
    300_000,
  );

  test(`these shots together have a mean IoU of at least ${meanBound}`, () => {
    expect(Object.keys(bounds).sort()).toEqual([...shots].sort());
    expect(measured).toHaveLength(shots.length);
    expect(mean(measured)).toBeGreaterThanOrEqual(meanBound);
  });

  test(
    `the matte of the ${still}, as a still with u2netp, flickers by less than 1 % under sensor noise`,
    () => expectNoFlicker(still, { isAnalysed: false, network }),
    300_000,
  );

  test(
    `the matte of the ${moving}, as a shot with u2netp, flickers by less than 1 % under sensor noise`,
    () => expectNoFlicker(moving, { isAnalysed: true, network }),
    300_000,
  );
}
