import { failWith, isFailure } from '@restage/errors';
import { viewPicture } from '@restage/pixels';
import type { ModelFailure } from '../model.ts';
import type { MatteNetwork } from './network.ts';
import { findRange } from './tensor.ts';

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
