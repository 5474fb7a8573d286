import type { Grid } from '../math/blur.ts';
import { leastSeen } from './backdrop.ts';
import type { Models } from './grabcut.ts';
import type { Motion } from './motion.ts';

/** By how much likelier a colour must be background for what is never clear to be taken for it. */
const lead = 1;

/**
 * For each sample, 1 where it shows background. That is where neither a cell nor a neighbour of it is subject; and, where that is
 * hardly ever so, what most samples show there, if its colour is the background's: gaps too small to be cut out.
 */
export function clearCells(
  samples: readonly Grid[],
  labels: readonly Grid[],
  { still, usual }: Motion,
  models: Models,
): readonly Uint8Array[] {
  const clear = labels.map(clearOf);
  for (let p = 0; p < still.length; p++) {
    let count = 0;
    for (const one of clear) count += one[p] as number;
    if (still[p] === 1) {
      if (count < clear.length) for (const one of clear) one[p] = 0;
      continue;
    }
    if (count >= leastSeen) continue;
    for (const [k, one] of clear.entries()) {
      if (usual[k]?.[p] !== 1) continue;
      const { data } = samples[k] as Grid;
      const [l, a, b] = [data[p * 3] as number, data[p * 3 + 1] as number, data[p * 3 + 2] as number];
      const isLikely = (models.background?.cost(l, a, b) ?? 0) + lead < (models.subject?.cost(l, a, b) ?? 0);
      if (isLikely) one[p] = 1;
    }
  }
  return clear;
}

/** 1 where neither a cell nor a neighbour of it is subject. */
function clearOf({ width, height, data }: Grid): Uint8Array {
  const clear = new Uint8Array(width * height).fill(1);
  for (let p = 0; p < clear.length; p++) {
    if (data[p] !== 1) continue;
    const x = p % width;
    clear[p] = 0;
    if (x > 0) clear[p - 1] = 0;
    if (x + 1 < width) clear[p + 1] = 0;
    if (p >= width) clear[p - width] = 0;
    if (p + width < clear.length) clear[p + width] = 0;
  }
  return clear;
}
