import { clamp } from '@restage/pixels';
import { type CleanPlate, cellSize, minVariance } from './clean-plate.ts';

/** A matte, the cells it was computed in, and the mean codes of each. */
export interface PlateMatte {
  readonly matte: Uint8Array;
  readonly cells: Int32Array;
  readonly means: Float32Array;
}

/** Squared changes of a cell's mean, relative to its variance, that count as unchanged and as changed. */
const [unchangedStep, changedStep] = [0.6, 1.6];
const minUpdateWeight = 0.06;

/**
 * Keeps the previous matte where the picture has not changed, so that noise can't make an edge crawl.
 * @param current changed in place.
 */
export function stabilizePlateMatte(
  previousMatte: PlateMatte,
  current: PlateMatte,
  { width, height, columns, variance }: CleanPlate,
): void {
  for (let n = 0; n < current.cells.length; n++) {
    const cell = current.cells[n] as number;
    let change = 0;
    for (let i = cell * 3; i < cell * 3 + 3; i++) {
      const step = (current.means[i] as number) - (previousMatte.means[i] as number);
      change = Math.max(change, (step * step) / Math.max(minVariance, variance[i] as number));
    }
    const updateWeight = clamp((change - unchangedStep) / (changedStep - unchangedStep), minUpdateWeight, 1);
    if (updateWeight === 1) continue;
    for (let i = cell * 3; i < cell * 3 + 3; i++) {
      const previous = previousMatte.means[i] as number;
      current.means[i] = previous + ((current.means[i] as number) - previous) * updateWeight;
    }
    const left = (cell % columns) * cellSize;
    const top = Math.floor(cell / columns) * cellSize;
    for (let y = top; y < Math.min(top + cellSize, height); y++) {
      for (let p = y * width + left; p < y * width + Math.min(left + cellSize, width); p++) {
        const previous = previousMatte.matte[p] as number;
        current.matte[p] = Math.round(previous + ((current.matte[p] as number) - previous) * updateWeight);
      }
    }
  }
}
