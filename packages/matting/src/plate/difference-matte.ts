import { boxBlur, clamp, createGrid, type Grid, resize, smoothstep } from '@restage/pixels';
import type { Similarity } from '../motion/registration.ts';
import { type CleanPlate, cellSize, type FrameCodes } from './clean-plate.ts';
import {
  cellKinds,
  compareToPlate,
  getCodeIndex,
  isMisaligned,
  minDifference,
  type PlateComparison,
  sureDifference,
} from './compare-to-plate.ts';
import type { PlateMatte } from './plate-matte.ts';

/** Radius in cells within which the subject's colour is averaged. */
const colourRadius = 4;
/**
 * Radius in cells within which edges are examined; the maximum share of its neighbours' difference by which an
 * out-of-focus edge differs; and the maximum share of such edges.
 */
const edgeRadius = 8;
const maxSoftStep = 0.05;
const maxSoftShare = 0.5;
/** Ends of a mixture that are rounding and noise. */
const [minMixture, mixtureRange] = [0.06, 0.88];

/**
 * Computes a difference matte: the share of the subject in each pixel against the clean plate, in and near its coarse
 * matte, and from there as far as foreground continues. Where the plate is unknown, the matte stays.
 * @param matte one byte per pixel, as found without the plate. Changed in place.
 * @param coarse 0…1, of any size.
 * @param transform from the frame to the plate; undefined for a static camera.
 * @returns the matte, to be stabilized against the next; undefined, with nothing changed, if the frame does not align
 *   with the plate.
 */
export function computeDifferenceMatte(
  matte: Uint8Array,
  frame: FrameCodes,
  coarse: Grid,
  plate: CleanPlate,
  transform: Similarity | undefined,
): PlateMatte | undefined {
  const coarseCells = resize(coarse, plate.columns, plate.rows);
  const comparison = compareToPlate(frame, coarseCells, plate, transform);
  if (isMisaligned(comparison, coarseCells)) return undefined;
  const inner = findInnerCells(comparison, coarseCells, plate);
  boxBlur(comparison.foregroundSums, colourRadius);
  for (let n = 0; n < comparison.cells.length; n++) {
    const cell = comparison.cells[n] as number;
    if (comparison.kind[cell] === cellKinds.unknown) continue;
    if (comparison.kind[cell] === cellKinds.foreground && inner[cell] === 0)
      estimateAlpha(matte, frame, comparison, plate, cell);
    else fillCell(matte, frame, plate, cell, inner[cell] === 1 ? 255 : 0);
  }
  clearUnvisited(matte, frame, comparison.kind, plate);
  return { matte, cells: comparison.cells, means: comparison.means };
}

/**
 * 1 where a cell is all subject: it has no background neighbour, and edges near it are in focus, so it is not within
 * one.
 */
function findInnerCells(
  { kind, difference, solid, cells }: PlateComparison,
  coarseCells: Grid,
  { columns, rows }: CleanPlate,
): Uint8Array {
  const inner = new Uint8Array(columns * rows);
  const edges = createGrid(columns, rows, 2);
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if (kind[cell] !== cellKinds.foreground) continue;
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    let isEdge = false;
    for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
        const other = v * columns + u;
        if (kind[other] === cellKinds.foreground) continue;
        if (kind[other] !== cellKinds.unknown || (coarseCells.data[other] as number) < 0.5) isEdge = true;
      }
    }
    if (!isEdge) {
      inner[cell] = (difference[cell] as number) > sureDifference ? (solid[cell] as number) : 0;
      continue;
    }
    let largest = 0;
    for (let v = Math.max(0, y - 2); v <= Math.min(rows - 1, y + 2); v++)
      for (let u = Math.max(0, x - 2); u <= Math.min(columns - 1, x + 2); u++)
        largest = Math.max(largest, difference[v * columns + u] as number);
    edges.data[cell * 2] = (difference[cell] as number) < largest * maxSoftStep ? 1 : 0;
    edges.data[cell * 2 + 1] = 1;
  }
  boxBlur(edges, edgeRadius);
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if ((edges.data[cell * 2] as number) > (edges.data[cell * 2 + 1] as number) * maxSoftShare)
      inner[cell] = 0;
  }
  return inner;
}

/**
 * Estimates each pixel's share of the subject's colour against the plate's. Light mixes linearly, codes don't: the
 * share is converted as if codes were the square root of light.
 */
function estimateAlpha(
  matte: Uint8Array,
  { width, height, codes, channels: [one, two, three] }: FrameCodes,
  { plateCodes, variance, foregroundSums: { data: foregroundSums }, difference }: PlateComparison,
  { columns }: CleanPlate,
  cell: number,
): void {
  const left = (cell % columns) * cellSize;
  const top = Math.floor(cell / columns) * cellSize;
  const right = Math.min(left + cellSize, width);
  const bottom = Math.min(top + cellSize, height);
  const scale0 = 1 / (3 * (variance[cell * 3] as number));
  const scale1 = 1 / (3 * (variance[cell * 3 + 1] as number));
  const scale2 = 1 / (3 * (variance[cell * 3 + 2] as number));
  const gate = smoothstep(minDifference, sureDifference, difference[cell] as number);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i0 = getCodeIndex(one, x, y);
      const i1 = getCodeIndex(two, x, y);
      const i2 = getCodeIndex(three, x, y);
      const b0 = plateCodes[i0] as number;
      const b1 = plateCodes[i1] as number;
      const b2 = plateCodes[i2] as number;
      const d0 = (codes[i0] as number) - b0;
      const d1 = (codes[i1] as number) - b1;
      const d2 = (codes[i2] as number) - b2;
      const o = cell * 8 + (d0 < 0 ? 4 : 0);
      const weight = (foregroundSums[o + 3] as number) + 1e-9;
      const f0 = (foregroundSums[o] as number) / weight;
      const a0 = f0 - b0;
      const a1 = (foregroundSums[o + 1] as number) / weight - b1;
      const a2 = (foregroundSums[o + 2] as number) / weight - b2;
      const whole = a0 * a0 * scale0 + a1 * a1 * scale1 + a2 * a2 * scale2 + 1e-6;
      const part = a0 * d0 * scale0 + a1 * d1 * scale1 + a2 * d2 * scale2;
      const own = d0 * d0 * scale0 + d1 * d1 * scale1 + d2 * d2 * scale2;
      const share = part / whole;
      const mixed = clamp((share - minMixture) / mixtureRange, 0, 1);
      const light = Math.max(1, b0 - 16);
      const linear = (mixed * (2 * light + mixed * a0)) / (light + Math.max(1, f0 - 16));
      // A colour off the line from the plate's to the subject's is another colour of the subject, not a mixture.
      const aside = Math.sqrt(Math.max(0, own - Math.max(0, share) * part) / (own + 1e-6));
      const opaque =
        smoothstep(0.35, 0.7, aside) * smoothstep(9, 25, own) * smoothstep(0.05, 0.25, own / whole);
      const alpha = clamp(Math.max(linear, opaque), 0, 1) * gate * 255;
      const p = y * width + x;
      const previous = matte[p] as number;
      matte[p] = Math.round(previous + (alpha - previous) * smoothstep(8, 30, whole));
    }
  }
}

function fillCell(
  matte: Uint8Array,
  { width, height }: FrameCodes,
  { columns }: CleanPlate,
  cell: number,
  value: number,
): void {
  const left = (cell % columns) * cellSize;
  const top = Math.floor(cell / columns) * cellSize;
  const right = Math.min(left + cellSize, width);
  for (let y = top; y < Math.min(top + cellSize, height); y++)
    matte.fill(value, y * width + left, y * width + right);
}

/** Clears the matte in cells that the comparison never visited. */
function clearUnvisited(matte: Uint8Array, frame: FrameCodes, kind: Uint8Array, plate: CleanPlate): void {
  for (let row = 0; row < plate.rows; row++) {
    for (let column = 0; column < plate.columns; column++) {
      const from = column;
      while (column < plate.columns && kind[row * plate.columns + column] === cellKinds.unvisited) column++;
      if (column === from) continue;
      const right = Math.min(column * cellSize, frame.width);
      for (let y = row * cellSize; y < Math.min((row + 1) * cellSize, frame.height); y++)
        matte.fill(0, y * frame.width + from * cellSize, y * frame.width + right);
    }
  }
}
