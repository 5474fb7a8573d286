import type { Channel } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { type CleanPlate, type Codes, cellSize, warpCell } from './clean-plate.ts';
import { placeOf, type Similarity } from './registration.ts';

/** What a cell is: not looked at, of unknown background, the plate itself, or with something before it. */
export const kinds = { away: 0, hidden: 1, empty: 2, covered: 3 } as const;
/** Times its variance by which a cell in the coarse matte must differ from the plate to be covered. */
export const leastStep = 1.6;
/** The same elsewhere. */
const leastStray = 3;
/** The same from which it surely is, so that what is beside it is looked at too. */
export const sureStep = 4;
/** Cells round the coarse matte that are looked at in any case. */
const margin = 3;
/** The share of a cell's pixels that may look like the plate where it is all subject. */
const mostLike = 0.13;
/** The share of what is round the coarse matte that may differ from the plate. */
const mostAstray = 0.5;

/** What a frame shows before the plate, cell by cell. */
export interface Look {
  readonly kind: Uint8Array;
  /** How much each cell differs from the plate, in times its variance. */
  readonly step: Float32Array;
  /** 1 where hardly a pixel of it looks like the plate. */
  readonly solid: Uint8Array;
  /** The cells that were looked at. */
  readonly cells: Int32Array;
  /** The mean of each cell's codes. */
  readonly levels: Float32Array;
  /** The plate and its variance as this frame sees them. */
  readonly behind: Uint8Array;
  readonly variance: Float32Array;
  /** Sums of codes and weights of what is before the plate: of what is lighter than it, then of what is darker. */
  readonly fronts: Grid;
}

/** Looks at the coarse matte and round it, and from what is covered on to what is beside it. */
export function lookRound(frame: Codes, near: Grid, plate: CleanPlate, way: Similarity | undefined): Look {
  const { columns, rows } = plate;
  const count = columns * rows;
  const around: Grid = { ...near, data: near.data.slice() };
  boxBlur(around, margin);
  const isQueued = new Uint8Array(count);
  const queue = new Int32Array(count);
  let queued = 0;
  for (let cell = 0; cell < count; cell++) {
    if ((around.data[cell] as number) <= 0.01) continue;
    isQueued[cell] = 1;
    queue[queued++] = cell;
  }
  const look = {
    kind: new Uint8Array(count),
    step: new Float32Array(count),
    solid: new Uint8Array(count),
    levels: new Float32Array(count * 3),
    behind: way === undefined ? plate.codes : new Uint8Array(frame.codes.length),
    variance: way === undefined ? plate.variance : new Float32Array(count * 3),
    fronts: createGrid(columns, rows, 8),
  };
  for (let n = 0; n < queued; n++) {
    const cell = queue[n] as number;
    const from = way === undefined ? cell : warpedCell(plate, way, cell);
    levelCell(frame, look.levels, plate, cell);
    if (from < 0 || plate.known[from] === 0) {
      look.kind[cell] = kinds.hidden;
      continue;
    }
    if (way !== undefined) {
      warpCell(plate, way, cell, look.behind);
      for (let c = 0; c < 3; c++) look.variance[cell * 3 + c] = plate.variance[from * 3 + c] as number;
    }
    const step = measureCell(frame, look, plate, cell);
    look.step[cell] = step;
    const isInside = (near.data[cell] as number) > 0.5;
    look.kind[cell] = step < (isInside ? leastStep : leastStray) ? kinds.empty : kinds.covered;
    if (step < sureStep) continue;
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
  return { ...look, cells: queue.subarray(0, queued) };
}

/** The cell of the plate that a frame's cell lies on; less than 0 where it lies on one that is unknown, or beside the plate. */
function warpedCell({ columns, rows, known }: CleanPlate, way: Similarity, cell: number): number {
  const place = placeOf(way, cell % columns, Math.floor(cell / columns), { width: columns, height: rows });
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

/** Sums up what is before the plate in a cell. @returns the mean square difference from it, in times its variance. */
function measureCell(
  { width, height, codes, channels: [one, two, three] }: Codes,
  { behind, variance, fronts, solid }: Omit<Look, 'cells'>,
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
  const sums = fronts.data;
  let sum = 0;
  let like = 0;
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i0 = indexIn(one, x, y);
      const i1 = indexIn(two, x, y);
      const i2 = indexIn(three, x, y);
      const d0 = (codes[i0] as number) - (behind[i0] as number);
      const d1 = (codes[i1] as number) - (behind[i1] as number);
      const d2 = (codes[i2] as number) - (behind[i2] as number);
      const step = d0 * d0 * scale0 + d1 * d1 * scale1 + d2 * d2 * scale2;
      sum += step;
      if (step < leastStep) {
        like++;
        continue;
      }
      const weight = step * step;
      const o = cell * 8 + (d0 < 0 ? 4 : 0);
      sums[o] = (sums[o] as number) + weight * (codes[i0] as number);
      sums[o + 1] = (sums[o + 1] as number) + weight * (codes[i1] as number);
      sums[o + 2] = (sums[o + 2] as number) + weight * (codes[i2] as number);
      sums[o + 3] = (sums[o + 3] as number) + weight;
    }
  }
  const area = (right - left) * (bottom - top);
  solid[cell] = like <= area * mostLike ? 1 : 0;
  return sum / area;
}

/** The mean of a cell's codes, of all its pixels. */
function levelCell(
  { width, height, codes, channels }: Codes,
  levels: Float32Array,
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
    levels[cell * 3 + c] = sum / Math.max(1, count);
  }
}

/** Where a channel's code of a pixel stands. */
export function indexIn({ at, row, step, shift }: Channel, x: number, y: number): number {
  return at + (y >> shift) * row + (x >> shift) * step;
}

/** Whether most of what is outside the coarse matte is not the plate either: then the one does not lie on the other. */
export function isAstray({ kind, cells }: Look, near: Grid): boolean {
  let [outside, covered] = [0, 0];
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if ((near.data[cell] as number) > 0.01 || kind[cell] === kinds.hidden) continue;
    outside++;
    if (kind[cell] === kinds.covered) covered++;
  }
  return covered > outside * mostAstray;
}
