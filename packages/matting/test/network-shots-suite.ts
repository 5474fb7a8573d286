import { viewPicture } from '@restage/pixels';
import { beforeAll, expect, test } from 'vitest';
import { createNetworkFinder } from '../src/matte-finder.ts';
import { createShotAnalyzer } from '../src/motion/shot-analyzer.ts';
import type { MatteNetwork } from '../src/network/network.ts';
import { iou } from './drawn/iou.ts';
import { type GroundTruthFrame, openShot } from './drawn/shot.ts';
import { expectNoFlicker } from './drawn-mattes-suite.ts';
import { openU2netp } from './support/u2netp.ts';

const frames = 13;

/** Mean IoU with the ground truth, with a network, over every second frame of a drawn shot. */
async function measureShot(network: MatteNetwork, name: string): Promise<number> {
  const shot = openShot(name);
  const drawn: GroundTruthFrame[] = [];
  for (let frame = 0; frame < frames; frame++) drawn.push(await shot(frame / (frames - 1)));
  const analyzer = createShotAnalyzer();
  for (const [frame, { picture }] of drawn.entries())
    if (analyzer.needsFrame(frame)) analyzer.addFrame(viewPicture(picture));
  const find = createNetworkFinder(network, await analyzer.finishWith(network));
  const overlaps: number[] = [];
  for (const [frame, { picture, matte }] of drawn.entries()) {
    const found = await find(viewPicture(picture));
    if (frame % 2 === 0) overlaps.push(iou(found, matte));
  }
  return overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
}

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
      const overlap = await measureShot(network, name);
      measured.push(overlap);
      expect(overlap).toBeGreaterThanOrEqual(bound);
    },
    300_000,
  );

  test(`these shots together have a mean IoU of at least ${meanBound}`, () => {
    expect(Object.keys(bounds).sort()).toEqual([...shots].sort());
    expect(measured).toHaveLength(shots.length);
    const mean = measured.reduce((sum, value) => sum + value, 0) / measured.length;
    expect(mean).toBeGreaterThanOrEqual(meanBound);
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
