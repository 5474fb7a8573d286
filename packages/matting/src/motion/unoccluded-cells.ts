import type { Grid } from '@restage/pixels';
import type { Models } from '../segmentation/grabcut.ts';
import { minSeenSamples } from './background-model.ts';
import type { Motion } from './motion.ts';

/** Minimum lead in log likelihood of background over subject for a cell that is hardly ever unoccluded. */
const minLead = 1;

/**
 * Finds, for each sample, where it shows background (1). That is where neither a cell nor a neighbour is subject;
 * and, where that hardly ever holds, what most samples show there if its colour is the background's: gaps too small
 * to be segmented.
 */
export function findUnoccludedCells(
  samples: readonly Grid[],
  labels: readonly Grid[],
  { staticCells, typical }: Motion,
  models: Models,
): readonly Uint8Array[] {
  const unoccluded = labels.map(markUnoccluded);
  for (let p = 0; p < staticCells.length; p++) {
    let count = 0;
    for (const cells of unoccluded) count += cells[p] as number;
    if (staticCells[p] === 1) {
      if (count < unoccluded.length) for (const cells of unoccluded) cells[p] = 0;
      continue;
    }
    if (count >= minSeenSamples) continue;
    for (const [k, cells] of unoccluded.entries()) {
      if (typical[k]?.[p] !== 1) continue;
      const { data } = samples[k] as Grid;
      const [l, a, b] = [data[p * 3] as number, data[p * 3 + 1] as number, data[p * 3 + 2] as number];
      const isLikely =
        (models.background?.cost(l, a, b) ?? 0) + minLead < (models.subject?.cost(l, a, b) ?? 0);
      if (isLikely) cells[p] = 1;
    }
  }
  return unoccluded;
}

/** 1 where neither a cell nor a neighbour of it is subject. */
function markUnoccluded({ width, height, data }: Grid): Uint8Array {
  const unoccluded = new Uint8Array(width * height).fill(1);
  for (let p = 0; p < unoccluded.length; p++) {
    if (data[p] !== 1) continue;
    const x = p % width;
    unoccluded[p] = 0;
    if (x > 0) unoccluded[p - 1] = 0;
    if (x + 1 < width) unoccluded[p + 1] = 0;
    if (p >= width) unoccluded[p - width] = 0;
    if (p + width < unoccluded.length) unoccluded[p + width] = 0;
  }
  return unoccluded;
}
