import { failWith, isFailure } from '@restage/errors';
import { clamp, viewPicture } from '@restage/pixels';
import { toLabGrid } from '../frame-grids.ts';
import type { MatteFinder } from '../matte-finder.ts';
import type { ModelFailure } from '../model.ts';
import { refineMatte } from '../refine/guided-filter.ts';
import { type SmoothingState, smoothAlpha, smoothMatte } from '../refine/temporal-smooth.ts';
import type { MatteNetwork } from './network.ts';
import { findRange, toAlpha } from './tensor.ts';

/** Minimum and maximum cells along the longer side of the grid for edge refinement. */
const [minCells, maxCells] = [320, 1024];

/**
 * Finds the subject by a network, frame by frame. Its alpha is smoothed over time where the picture does not change,
 * then aligned with the picture's edges by a guided filter with the smallest radius.
 */
export function createNetworkFinder(network: MatteNetwork): MatteFinder {
  let previous: SmoothingState | undefined;
  let previousMatte: Uint8Array | undefined;
  return async (view) => {
    const output = await network.infer(view);
    // It ran when the server started, so the job is not to blame.
    if (isFailure(output)) throw new Error(`${network.model.path}: ${output.message}`);
    const lab = toLabGrid(view);
    const coarse = toAlpha(output, network.model.output);
    previous = previous === undefined ? { lab, coarse } : smoothMatte(previous, lab, coarse);
    const cells = clamp(Math.max(coarse.width, coarse.height), minCells, maxCells);
    const matte = refineMatte(view, previous.coarse, { cells, reach: 0, harden: false });
    if (previousMatte !== undefined && previous.updateWeight !== undefined)
      smoothAlpha(previousMatte, matte, previous.updateWeight, view.width);
    previousMatte = matte;
    return matte;
  };
}

/** Runs a network once on a drawn picture. @returns what is wrong with its output, worded for the operator. */
export async function checkNetwork(network: MatteNetwork): Promise<ModelFailure | undefined> {
  const [width, height] = [320, 180];
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    const inside = Math.hypot(x - 160, y - 90) < 60;
    data.set(inside ? [200, 90, 50] : [60 + (x >> 2), 110, 90 + (y >> 1)], p * 3);
  }
  const output = await network.infer(viewPicture({ width, height, data }));
  if (isFailure(output)) return output;
  const { low, high } = findRange(output.data);
  if (!Number.isFinite(low) || !Number.isFinite(high))
    return failWith('MATTE_MODEL_UNUSABLE', 'the network gives values that are no numbers.');
  if (network.model.output === 'alpha' && (low < -0.01 || high > 1.01)) {
    return failWith(
      'MATTE_MODEL_UNUSABLE',
      `the network gives values from ${low.toFixed(2)} to ${high.toFixed(2)}, so its output is not "alpha" but "logits" or "range".`,
    );
  }
  return undefined;
}
