import type { Channel } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { clamp, smoothstep } from '../math/scalar.ts';
import { type CleanPlate, type Codes, cellSize, leastVariance, warpCell } from './clean-plate.ts';
import { placeOf, type Similarity } from './registration.ts';

/** What a cell is: not looked at, of unknown background, the plate itself, or with something before it. */
const kinds = { away: 0, hidden: 1, empty: 2, covered: 3 } as const;
/** Times its variance by which a cell must differ from the plate to be covered: in the coarse matte, and elsewhere. */
const [leastStep, leastStray] = [1.6, 3];
/** The same from which it surely is, so that what is beside it is looked at too. */
const sureStep = 4;
/** Cells round the coarse matte that are looked at in any case. */
const margin = 3;
/** Cells as far as which the subject's colour is looked for. */
const reach = 4;
/** The share of a cell's pixels that may look like the plate where it is all subject. */
const mostLike = 0.13;
/** Cells as far as which edges are judged; how little, squared, one out of focus differs by; and how many may be so. */
const rimReach = 8;
const softStep = 0.05;
const mostSoft = 0.5;
/** The share of what is round the coarse matte that may differ from the plate. */
const mostAstray = 0.5;
/** What of a mixture is rounding and noise at either end. */
const [leastMixed, mixedRange] = [0.06, 0.88];

/** What a frame shows before the plate, cell by cell. */
interface Look {
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

/** Looks at the coarse matte and round it, and from what is covered on to what is beside it. */
function lookRound(frame: Codes, near: Grid, plate: CleanPlate, way: Similarity | undefined): Look {
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

function indexIn({ at, row, step, shift }: Channel, x: number, y: number): number {
  return at + (y >> shift) * row + (x >> shift) * step;
}

/** Whether most of what is outside the coarse matte is not the plate either: then the one does not lie on the other. */
function isAstray({ kind, cells }: Look, near: Grid): boolean {
  let [outside, covered] = [0, 0];
  for (let n = 0; n < cells.length; n++) {
    const cell = cells[n] as number;
    if ((near.data[cell] as number) > 0.01 || kind[cell] === kinds.hidden) continue;
    outside++;
    if (kind[cell] === kinds.covered) covered++;
  }
  return covered > outside * mostAstray;
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
