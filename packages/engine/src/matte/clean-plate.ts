import type { Channel, View } from '../composite/view.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { placeOf, registerFinely, type Similarity } from './registration.ts';

/** A frame's codes as they are stored. */
export type Codes = Pick<View, 'width' | 'height' | 'codes' | 'channels'>;

/** Pixels along the side of a cell of a clean plate; even, so that halved chroma fits in. */
export const cellSize = 4;

/** What is behind the subject at full size, as far as a shot has shown it; stored as its frames are. */
export interface CleanPlate extends Codes {
  /** Cells of `cellSize` pixels, those at the right and below perhaps cut off. */
  readonly columns: number;
  readonly rows: number;
  /** 1 where the shot has shown what is behind. */
  readonly known: Uint8Array;
  /** Lightness of each cell, 0…1, by which frames are laid on it. */
  readonly light: Grid;
  /** Variance of each cell's codes about the plate, channel by channel. */
  readonly variance: Float32Array;
}

/** A sample of a shot: its codes, where it lies, and where nothing hides its background, in cells of any size. */
export interface Sighting {
  readonly codes: Codes;
  readonly way: Similarity | undefined;
  readonly clear: { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

/** The least variance of codes: rounding, and what compression does. */
export const leastVariance = 1.5;

/** The median of what the samples show where their subject is not, as the first of them is stored. */
export function cleanPlateOf(sightings: readonly Sighting[]): CleanPlate {
  const [{ codes: first }] = sightings as readonly [Sighting];
  const { width, height, channels } = first;
  const [columns, rows] = [Math.ceil(width / cellSize), Math.ceil(height / cellSize)];
  const codes = new Uint8Array(first.codes.length);
  const known = new Uint8Array(columns * rows);
  const variance = new Float32Array(columns * rows * 3);
  const numbers = () => new Float32Array(sightings.length);
  const room = { shown: numbers(), sorted: numbers(), strays: numbers() };
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      const seen = sightings.filter((one) => isClear(one, column, row, first));
      if (seen.length === 0) continue;
      known[cell] = 1;
      for (let c = 0; c < 3; c++) {
        const area = areaOf(first, channels[c] as Channel, column, row);
        variance[cell * 3 + c] = fillArea(codes, area, seen, room);
      }
    }
  }
  const light = lightOf({ width, height, codes, channels });
  return { width, height, codes, channels, columns, rows, known, variance, light };
}

/** Whether a sighting shows what is behind the subject in a cell of the plate. */
function isClear({ clear, way }: Sighting, column: number, row: number, { width, height }: Codes): boolean {
  if (way !== undefined) {
    const size = { width: Math.ceil(width / cellSize), height: Math.ceil(height / cellSize) };
    const [u, v] = placeOf(way, column, row, size);
    if (u < 0 || v < 0 || u > size.width - 1 || v > size.height - 1) return false;
  }
  const x = Math.floor(((column + 0.5) * cellSize * clear.width) / width);
  const y = Math.floor(((row + 0.5) * cellSize * clear.height) / height);
  return clear.data[Math.min(y, clear.height - 1) * clear.width + Math.min(x, clear.width - 1)] === 1;
}

/** A cell's codes of one channel. */
interface Area {
  readonly channel: Channel;
  /** Codes in a row and in a column of the whole channel. */
  readonly size: { readonly width: number; readonly height: number };
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

function areaOf({ width, height }: Codes, channel: Channel, column: number, row: number): Area {
  const { shift } = channel;
  const size = { width: width >> shift, height: height >> shift };
  const [left, top] = [(column * cellSize) >> shift, (row * cellSize) >> shift];
  const right = Math.min(left + (cellSize >> shift), size.width);
  const bottom = Math.min(top + (cellSize >> shift), size.height);
  return { channel, size, left, top, right, bottom };
}

/** Room for what is seen of a place, as it comes and sorted, and for how far each sighting strays. */
type Room = Readonly<Record<'shown' | 'sorted' | 'strays', Float32Array>>;

/**
 * Gives each code of an area the median of what is seen there.
 * @returns the variance about that: the middle one of the sightings', and more for what the median itself takes of it.
 */
function fillArea(codes: Uint8Array, area: Area, seen: readonly Sighting[], room: Room): number {
  const { shown, sorted, strays } = room;
  const { at, row: stride, step } = area.channel;
  strays.fill(0);
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) {
      for (let k = 0; k < seen.length; k++) shown[k] = codeSeen(seen[k] as Sighting, area, x, y);
      sorted.set(shown);
      const median = middleOf(sorted, seen.length);
      codes[at + y * stride + x * step] = Math.round(median);
      for (let k = 0; k < seen.length; k++)
        strays[k] = (strays[k] as number) + ((shown[k] as number) - median) ** 2;
    }
  }
  const count = Math.max(1, (area.right - area.left) * (area.bottom - area.top));
  for (let k = 0; k < seen.length; k++) sorted[k] = (strays[k] as number) / count;
  return Math.max(leastVariance, middleOf(sorted, seen.length) * 1.3);
}

/** The code that a sighting has for a place of the plate. */
function codeSeen({ codes: shown, way }: Sighting, { channel, size }: Area, x: number, y: number): number {
  const { at, row: stride, step, shift } = channel;
  if (way === undefined) return shown.codes[at + y * stride + x * step] as number;
  const [u, v] = placeOf(way, x, y, size);
  return codeAt(shown, at, stride, step, shift, u, v);
}

/** The mean of the first channel's codes in each cell, 0…1. */
export function lightOf({ width, height, codes, channels: [{ at, row, step }] }: Codes): Grid {
  const [columns, rows] = [Math.ceil(width / cellSize), Math.ceil(height / cellSize)];
  const light = createGrid(columns, rows, 1);
  for (let y = 0; y < rows * cellSize; y++) {
    const from = at + Math.min(y, height - 1) * row;
    const to = Math.floor(y / cellSize) * columns;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const left = column * cellSize;
      for (let x = left; x < left + cellSize; x++)
        sum += codes[from + Math.min(x, width - 1) * step] as number;
      light.data[to + column] = (light.data[to + column] as number) + sum / (255 * cellSize * cellSize);
    }
  }
  return light;
}

/** Betters how samples lie on the one that `reference` is. */
export function laidFinely(reference: Codes, sightings: readonly Sighting[]): readonly Sighting[] {
  const light = lightOf(reference);
  return sightings.map((one) =>
    one.way === undefined
      ? one
      : { ...one, way: registerFinely(light, lightOf(one.codes), one.way, clearIn(one, light)) },
  );
}

/** 1 where a sighting's background is not hidden, in cells of a grid; 0 elsewhere. */
function clearIn({ clear }: Sighting, { width, height }: Grid): Float32Array {
  return Float32Array.from({ length: width * height }, (_, p) => {
    const x = Math.floor((((p % width) + 0.5) * clear.width) / width);
    const y = Math.floor(((Math.floor(p / width) + 0.5) * clear.height) / height);
    return clear.data[y * clear.width + x] as number;
  });
}

/** Sorts the first few values, and gives the one in the middle. */
function middleOf(values: Float32Array, count: number): number {
  for (let i = 1; i < count; i++) {
    const value = values[i] as number;
    let j = i - 1;
    for (; j >= 0 && (values[j] as number) > value; j--) values[j + 1] = values[j] as number;
    values[j + 1] = value;
  }
  const half = count >> 1;
  return count % 2 === 1
    ? (values[half] as number)
    : ((values[half - 1] as number) + (values[half] as number)) / 2;
}

/** The plate's codes that a frame's cell lies on, written to `out` in their place in the frame. */
export function warpCell(plate: CleanPlate, way: Similarity, cell: number, out: Uint8Array): void {
  const { width, height, columns } = plate;
  const [column, row] = [cell % columns, Math.floor(cell / columns)];
  for (let c = 0; c < 3; c++) {
    const { at, row: stride, step, shift } = plate.channels[c] as Channel;
    const left = (column * cellSize) >> shift;
    const top = (row * cellSize) >> shift;
    const right = Math.min(left + (cellSize >> shift), width >> shift);
    const bottom = Math.min(top + (cellSize >> shift), height >> shift);
    const size = { width: width >> shift, height: height >> shift };
    const [firstX, firstY] = placeOf(way, left, top, size);
    const [a, b] = way.turn;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [right, down] = [x - left, y - top];
        const [px, py] = [firstX + a * right - b * down, firstY + b * right + a * down];
        out[at + y * stride + x * step] = codeAt(plate, at, stride, step, shift, px, py) + 0.5;
      }
    }
  }
}

/** The code of a channel at a place between its codes, bilinearly; beyond its sides as at them. */
function codeAt(
  { width, height, codes }: Codes,
  at: number,
  row: number,
  step: number,
  shift: number,
  x: number,
  y: number,
): number {
  const px = Math.max(0, Math.min((width >> shift) - 1, x));
  const py = Math.max(0, Math.min((height >> shift) - 1, y));
  const left = Math.min(Math.floor(px), (width >> shift) - 2);
  const top = Math.min(Math.floor(py), (height >> shift) - 2);
  const fx = px - left;
  const o = at + top * row + left * step;
  const upper = (codes[o] as number) * (1 - fx) + (codes[o + step] as number) * fx;
  const lower = (codes[o + row] as number) * (1 - fx) + (codes[o + row + step] as number) * fx;
  return upper + (lower - upper) * (py - top);
}
