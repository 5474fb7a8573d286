import { clamp } from '../math/scalar.ts';
import { type CleanPlate, cellSize, leastVariance } from './clean-plate.ts';

/** A matte, and what the cells looked like that it was found in. */
export interface Parted {
  readonly matte: Uint8Array;
  readonly cells: Int32Array;
  readonly levels: Float32Array;
}

/** Changes of a cell's mean, squared, in times its variance: of none, and of one that is sure. What is taken anew all the same. */
const [still, moved] = [0.6, 1.6];
const leastFresh = 0.06;

/**
 * Keeps what was found where the picture has not changed, so that noise can't make an edge crawl.
 * @param now changed in place.
 */
export function holdParted(
  before: Parted,
  now: Parted,
  { width, height, columns, variance }: CleanPlate,
): void {
  for (let n = 0; n < now.cells.length; n++) {
    const cell = now.cells[n] as number;
    let change = 0;
    for (let i = cell * 3; i < cell * 3 + 3; i++) {
      const step = (now.levels[i] as number) - (before.levels[i] as number);
      change = Math.max(change, (step * step) / Math.max(leastVariance, variance[i] as number));
    }
    const fresh = clamp((change - still) / (moved - still), leastFresh, 1);
    if (fresh === 1) continue;
    for (let i = cell * 3; i < cell * 3 + 3; i++) {
      const was = before.levels[i] as number;
      now.levels[i] = was + ((now.levels[i] as number) - was) * fresh;
    }
    const left = (cell % columns) * cellSize;
    const top = Math.floor(cell / columns) * cellSize;
    for (let y = top; y < Math.min(top + cellSize, height); y++) {
      for (let p = y * width + left; p < y * width + Math.min(left + cellSize, width); p++) {
        const was = before.matte[p] as number;
        now.matte[p] = Math.round(was + ((now.matte[p] as number) - was) * fresh);
      }
    }
  }
}
