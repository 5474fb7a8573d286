import { boxBlur, type Channel, createGrid, type Grid } from '@restage/pixels';
import { applyTransform, type Similarity } from '../motion/registration.ts';
import { type CleanPlate, cellSize, type FrameCodes, warpCell } from './clean-plate.ts';

/** The kinds of cell: not visited, plate unknown, the plate itself, or something before it. */
export const cellKinds = { unvisited: 0, unknown: 1, background: 2, foreground: 3 } as const;
/** Minimum difference, relative to variance, by which a cell in the coarse matte counts as foreground. */
export const minDifference = 1.6;
/** The same outside the coarse matte. */
const minStrayDifference = 3;
/** The difference from which a cell surely is foreground, so that its neighbours are visited too. */
export const sureDifference = 4;
/** Cells around the coarse matte that are always visited. */
const margin = 3;
/** Maximum share of a solid cell's pixels that may look like the plate. */
const maxPlateShare = 0.13;
/** Maximum foreground share of the surroundings of the coarse matte. */
const maxMisalignedShare = 0.5;

/** How a frame compares to the plate, cell by cell. */
export interface PlateComparison {
  readonly kind: Uint8Array;
  /** Each cell's difference from the plate, relative to its variance. */
  readonly difference: Float32Array;
  /** 1 where hardly a pixel looks like the plate. */
  readonly solid: Uint8Array;
  /** The visited cells. */
  readonly cells: Int32Array;
  /** The mean of each cell's codes. */
  readonly means: Float32Array;
  /** The plate and its variance, transformed to this frame. */
  readonly plateCodes: Uint8Array;
  readonly variance: Float32Array;
  /** Weighted sums of foreground codes, and weights: of what is lighter than the plate, then of what is darker. */
  readonly foregroundSums: Grid;
}

/** Compares the coarse matte and its surroundings with the plate, continuing from sure foreground to its neighbours. */
export function compareToPlate(
  frame: FrameCodes,
  coarseCells: Grid,
  plate: CleanPlate,
  transform: Similarity | undefined,
): PlateComparison {
  const { columns, rows } = plate;
  const count = columns * rows;
  const searched: Grid = { ...coarseCells, data: coarseCells.data.slice() };
  boxBlur(searched, margin);
  const isQueued = new Uint8Array(count);
  const queue = new Int32Array(count);
  let queued = 0;
  for (let cell = 0; cell < count; cell++) {
    if ((searched.data[cell] as number) <= 0.01) continue;
    isQueued[cell] = 1;
    queue[queued++] = cell;
  }
  const comparison = {
    kind: new Uint8Array(count),
    difference: new Float32Array(count),
    solid: new Uint8Array(count),
    means: new Float32Array(count * 3),
    plateCodes: transform === undefined ? plate.codes : new Uint8Array(frame.codes.length),
    variance: transform === undefined ? plate.variance : new Float32Array(count * 3),
    foregroundSums: createGrid(columns, rows, 8),
  };
  for (let n = 0; n < queued; n++) {
    const cell = queue[n] as number;
    const from = transform === undefined ? cell : getPlateCell(plate, transform, cell);
    averageCell(frame, comparison.means, plate, cell);
    if (from < 0 || plate.known[from] === 0) {
      comparison.kind[cell] = cellKinds.unknown;
      continue;
    }
    if (transform !== undefined) {
      warpCell(plate, transform, cell, comparison.plateCodes);
      for (let c = 0; c < 3; c++) comparison.variance[cell * 3 + c] = plate.variance[from * 3 + c] as number;
    }
    const difference = measureCell(frame, comparison, plate, cell);
    comparison.difference[cell] = difference;
    const isInside = (coarseCells.data[cell] as number) > 0.5;
    comparison.kind[cell] =
      difference < (isInside ? minDifference : minStrayDifference)
        ? cellKinds.background
        : cellKinds.foreground;
    if (difference < sureDifference) continue;
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
        const other = v * columns + u;
        if (isQueued[other] === 1) continue;
        isQueued[other] = 1;
        queue[queued++] = other;
      }
    }
  }
  return { ...comparison, cells: queue.subarray(0, queued) };
}

/** The plate's cell for a frame's cell; negative if that is unknown or outside the plate. */
function getPlateCell({ columns, rows, known }: CleanPlate, transform: Similarity, cell: number): number {
  const place = applyTransform(transform, cell % columns, Math.floor(cell / columns), {
    width: columns,
    height: rows,
  });
  const [left, top] = [Math.floor(place[0]), Math.floor(place[1])];
  if (left < 0 || top < 0 || left + 1 >= columns || top + 1 >= rows) return -1;
  const from = top * columns + left;
  if (
    known[from] === 0 ||
    known[from + 1] === 0 ||
    known[from + columns] === 0 ||
    known[from + columns + 1] === 0
  )
    return -1;
  return Math.round(place[1]) * columns + Math.round(place[0]);
}

/** Sums up the foreground of a cell. @returns the mean squared difference from the plate, relative to its variance. */
function measureCell(
  { width, height, codes, channels: [one, two, three] }: FrameCodes,
  { plateCodes, variance, foregroundSums, solid }: Omit<PlateComparison, 'cells'>,
  { columns }: CleanPlate,
  cell: number,
): number {
  const left = (cell % columns) * cellSize;
  const top = Math.floor(cell / columns) * cellSize;
  const right = Math.min(left + cellSize, width);
  const bottom = Math.min(top + cellSize, height);
  const scale0 = 1 / (3 * (variance[cell * 3] as number));
  const scale1 = 1 / (3 * (variance[cell * 3 + 1] as number));
  const scale2 = 1 / (3 * (variance[cell * 3 + 2] as number));
  const sums = foregroundSums.data;
  let sum = 0;
  let similar = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i0 = getCodeIndex(one, x, y);
      const i1 = getCodeIndex(two, x, y);
      const i2 = getCodeIndex(three, x, y);
      const d0 = (codes[i0] as number) - (plateCodes[i0] as number);
      const d1 = (codes[i1] as number) - (plateCodes[i1] as number);
      const d2 = (codes[i2] as number) - (plateCodes[i2] as number);
      const difference = d0 * d0 * scale0 + d1 * d1 * scale1 + d2 * d2 * scale2;
      sum += difference;
      if (difference < minDifference) {
        similar++;
        continue;
      }
      const weight = difference * difference;
      const o = cell * 8 + (d0 < 0 ? 4 : 0);
      sums[o] = (sums[o] as number) + weight * (codes[i0] as number);
      sums[o + 1] = (sums[o + 1] as number) + weight * (codes[i1] as number);
      sums[o + 2] = (sums[o + 2] as number) + weight * (codes[i2] as number);
      sums[o + 3] = (sums[o + 3] as number) + weight;
    }
  }
  const area = (right - left) * (bottom - top);
  solid[cell] = similar <= area * maxPlateShare ? 1 : 0;
  return sum / area;
}

/** Computes the mean code of a cell, per channel. */
function averageCell(
  { width, height, codes, channels }: FrameCodes,
  means: Float32Array,
  { columns }: CleanPlate,
  cell: number,
): void {
  const left = (cell % columns) * cellSize;
  const top = Math.floor(cell / columns) * cellSize;
  for (let c = 0; c < 3; c++) {
    const { at, row, step, shift } = channels[c] as Channel;
    const right = Math.min(left + cellSize, width) >> shift;
    const bottom = Math.min(top + cellSize, height) >> shift;
    let sum = 0;
    let count = 0;
    for (let y = top >> shift; y < bottom; y++)
      for (let x = left >> shift; x < right; x++, count++) sum += codes[at + y * row + x * step] as number;
    means[cell * 3 + c] = sum / Math.max(1, count);
  }
}

/** The index of a pixel's code in a channel. */
export function getCodeIndex({ at, row, step, shift }: Channel, x: number, y: number): number {
  return at + (y >> shift) * row + (x >> shift) * step;
}

/**
 * Whether most of the surroundings of the coarse matte differ from the plate too: then frame and plate are
 * misaligned.
 */
export function isMisaligned({ kind, cells }: PlateComparison, coarseCells: Grid): boolean {
  let [outside, foreground] = [0, 0];
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if ((coarseCells.data[cell] as number) > 0.01 || kind[cell] === cellKinds.unknown) continue;
    outside++;
    if (kind[cell] === cellKinds.foreground) foreground++;
  }
  return foreground > outside * maxMisalignedShare;
}
