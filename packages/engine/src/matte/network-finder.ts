import { failWith, isFailure } from '@restage/errors';
import { pictureView } from '../composite/view.ts';
import type { ModelFailure } from '../engine.ts';
import { clamp } from '../math/scalar.ts';
import type { MatteFinder } from './automatic.ts';
import { refine } from './guided.ts';
import { hold, holdPixels, type Settled } from './hold.ts';
import type { MatteNetwork } from './network.ts';
import { labGrid } from './search-grid.ts';
import { alphaFrom, extent } from './tensor.ts';

/** Cells along the longer side on which a network's matte is brought to the picture's edges. */
const [leastCells, mostCells] = [320, 1024];

/**
 * Finds the subject by a network, frame by frame: its alpha, held where the picture stands still, then brought to the
 * picture's edges by a guided filter of the least reach.
 */
export function createNetworkFinder(network: MatteNetwork): MatteFinder {
  let previous: Settled | undefined;
  let shown: Uint8Array | undefined;
  return async (view) => {
    const seen = await network.look(view);
    // It ran when the server started: whatever this is, it is no fault of the job's.
    if (isFailure(seen)) throw new Error(`${network.model.path}: ${seen.message}`);
    const lab = labGrid(view);
    const soft = alphaFrom(seen, network.model.output);
    previous = previous === undefined ? { lab, soft } : hold(previous, lab, soft);
    const cells = clamp(Math.max(soft.width, soft.height), leastCells, mostCells);
    const matte = refine(view, previous.soft, { cells, reach: 0, harden: false });
    if (shown !== undefined && previous.fresh !== undefined)
      holdPixels(shown, matte, previous.fresh, view.width);
    shown = matte;
    return matte;
  };
}

/** Runs a network once on a drawn picture. @returns what is wrong with what it gives, in words for the operator. */
export async function checkNetwork(network: MatteNetwork): Promise<ModelFailure | undefined> {
  const [width, height] = [320, 180];
  const data = new Uint8Array(width * height * 3);
  for (let p = 0; p < width * height; p++) {
    const [x, y] = [p % width, Math.floor(p / width)];
    const inside = Math.hypot(x - 160, y - 90) < 60;
    data.set(inside ? [200, 90, 50] : [60 + (x >> 2), 110, 90 + (y >> 1)], p * 3);
  }
  const seen = await network.look(pictureView({ width, height, data }));
  if (isFailure(seen)) return seen;
  const { low, high } = extent(seen.data);
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
