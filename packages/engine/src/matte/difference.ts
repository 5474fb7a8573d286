import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { clamp, smoothstep } from '../math/scalar.ts';
import { type CleanPlate, type Codes, cellSize } from './clean-plate.ts';
import type { Parted } from './parted.ts';
import { indexIn, isAstray, kinds, type Look, leastStep, lookRound, sureStep } from './plate-look.ts';
import type { Similarity } from './registration.ts';

/** Cells as far as which the subject's colour is looked for. */
const reach = 4;
/** Cells as far as which edges are judged; how little, squared, one out of focus differs by; and how many may be so. */
const rimReach = 8;
const softStep = 0.05;
const mostSoft = 0.5;
/** What of a mixture is rounding and noise at either end. */
const [leastMixed, mixedRange] = [0.06, 0.88];

/**
 * A difference matte: parts a subject pixel by pixel from the clean plate behind it, in and near its coarse matte, and on from
 * there as far as something joins it. What the plate does not know stays as it is.
 * @param matte one byte a pixel, as it was found without the plate. Changed in place.
 * @param coarse 0…1, of any size.
 * @param way where the frame's places lie on the plate; undefined where the camera stands.
 * @returns the matte, to be held against the next; undefined where the frame does not lie on the plate, and nothing is changed.
 */
export function differ(
  matte: Uint8Array,
  frame: Codes,
  coarse: Grid,
  plate: CleanPlate,
  way: Similarity | undefined,
): Parted | undefined {
  const near = resize(coarse, plate.columns, plate.rows);
  const look = lookRound(frame, near, plate, way);
  if (isAstray(look, near)) return undefined;
  const inner = innerCells(look, near, plate);
  boxBlur(look.fronts, reach);
  for (let n = 0; n < look.cells.length; n++) {
    const cell = look.cells[n] as number;
    if (look.kind[cell] === kinds.hidden) continue;
    if (look.kind[cell] === kinds.covered && inner[cell] === 0) mixCell(matte, frame, look, plate, cell);
    else fillCell(matte, frame, plate, cell, inner[cell] === 1 ? 255 : 0);
  }
  clearAway(matte, frame, look.kind, plate);
  return { matte, cells: look.cells, levels: look.levels };
}

/**
 * 1 where a cell is all subject: nothing empty is beside it, and the edges near it are in focus, so that it is not within one.
 */
function innerCells(
  { kind, step, solid, cells }: Look,
  near: Grid,
  { columns, rows }: CleanPlate,
): Uint8Array {
  const inner = new Uint8Array(columns * rows);
  const rim = createGrid(columns, rows, 2);
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if (kind[cell] !== kinds.covered) continue;
    const [x, y] = [cell % columns, Math.floor(cell / columns)];
    let isRim = false;
    for (let v = Math.max(0, y - 1); v <= Math.min(rows - 1, y + 1); v++) {
      for (let u = Math.max(0, x - 1); u <= Math.min(columns - 1, x + 1); u++) {
        const other = v * columns + u;
        if (kind[other] === kinds.covered) continue;
        if (kind[other] !== kinds.hidden || (near.data[other] as number) < 0.5) isRim = true;
      }
    }
    if (!isRim) {
      inner[cell] = (step[cell] as number) > sureStep ? (solid[cell] as number) : 0;
      continue;
    }
    let most = 0;
    for (let v = Math.max(0, y - 2); v <= Math.min(rows - 1, y + 2); v++)
      for (let u = Math.max(0, x - 2); u <= Math.min(columns - 1, x + 2); u++)
        most = Math.max(most, step[v * columns + u] as number);
    rim.data[cell * 2] = (step[cell] as number) < most * softStep ? 1 : 0;
    rim.data[cell * 2 + 1] = 1;
  }
  boxBlur(rim, rimReach);
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if ((rim.data[cell * 2] as number) > (rim.data[cell * 2 + 1] as number) * mostSoft) inner[cell] = 0;
  }
  return inner;
}

/**
 * Finds each pixel's share of the subject's colour against the plate's. Codes are mixed where light is: the share is brought from
 * the one to the other as if codes were its square root.
 */
function mixCell(
  matte: Uint8Array,
  { width, height, codes, channels: [one, two, three] }: Codes,
  { behind, variance, fronts: { data: fronts }, step }: Look,
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
  const gate = smoothstep(leastStep, sureStep, step[cell] as number);
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const i0 = indexIn(one, x, y);
      const i1 = indexIn(two, x, y);
      const i2 = indexIn(three, x, y);
      const b0 = behind[i0] as number;
      const b1 = behind[i1] as number;
      const b2 = behind[i2] as number;
      const d0 = (codes[i0] as number) - b0;
      const d1 = (codes[i1] as number) - b1;
      const d2 = (codes[i2] as number) - b2;
      const o = cell * 8 + (d0 < 0 ? 4 : 0);
      const weight = (fronts[o + 3] as number) + 1e-9;
      const f0 = (fronts[o] as number) / weight;
      const a0 = f0 - b0;
      const a1 = (fronts[o + 1] as number) / weight - b1;
      const a2 = (fronts[o + 2] as number) / weight - b2;
      const whole = a0 * a0 * scale0 + a1 * a1 * scale1 + a2 * a2 * scale2 + 1e-6;
      const part = a0 * d0 * scale0 + a1 * d1 * scale1 + a2 * d2 * scale2;
      const own = d0 * d0 * scale0 + d1 * d1 * scale1 + d2 * d2 * scale2;
      const share = part / whole;
      const mixed = clamp((share - leastMixed) / mixedRange, 0, 1);
      const light = Math.max(1, b0 - 16);
      const linear = (mixed * (2 * light + mixed * a0)) / (light + Math.max(1, f0 - 16));
      // What lies off the way from the plate to the subject's colour is another colour of the subject, and no mixture.
      const aside = Math.sqrt(Math.max(0, own - Math.max(0, share) * part) / (own + 1e-6));
      const opaque =
        smoothstep(0.35, 0.7, aside) * smoothstep(9, 25, own) * smoothstep(0.05, 0.25, own / whole);
      const alpha = clamp(Math.max(linear, opaque), 0, 1) * gate * 255;
      const p = y * width + x;
      const before = matte[p] as number;
      matte[p] = Math.round(before + (alpha - before) * smoothstep(8, 30, whole));
    }
  }
}

function fillCell(
  matte: Uint8Array,
  { width, height }: Codes,
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

/** Takes out what lies further from the coarse matte than anything that was looked at. */
function clearAway(matte: Uint8Array, frame: Codes, kind: Uint8Array, plate: CleanPlate): void {
  for (let row = 0; row < plate.rows; row++) {
    for (let column = 0; column < plate.columns; column++) {
      const from = column;
      while (column < plate.columns && kind[row * plate.columns + column] === kinds.away) column++;
      if (column === from) continue;
      const right = Math.min(column * cellSize, frame.width);
      for (let y = row * cellSize; y < Math.min((row + 1) * cellSize, frame.height); y++)
        matte.fill(0, y * frame.width + from * cellSize, y * frame.width + right);
    }
  }
}
