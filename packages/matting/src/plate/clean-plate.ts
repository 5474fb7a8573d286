import { type Channel, createGrid, type Grid, type View } from '@restage/pixels';
import { applyTransform, refineTransform, type Similarity } from '../motion/registration.ts';

/** The stored codes of a frame. */
export type FrameCodes = Pick<View, 'width' | 'height' | 'codes' | 'channels'>;

/** Pixels along the side of a cell of a clean plate; even, to fit subsampled chroma. */
export const cellSize = 4;

/** The background behind the subject at full size, as far as a shot shows it; stored as its frames are. */
export interface CleanPlate extends FrameCodes {
  /** Cells of `cellSize` pixels; those at the right and at the bottom may be cut off. */
  readonly columns: number;
  readonly rows: number;
  /** 1 where the shot shows the background. */
  readonly known: Uint8Array;
  /** Lightness of each cell, 0…1, by which frames are aligned with the plate. */
  readonly lightness: Grid;
  /** Variance of each cell's codes around the plate, per channel. */
  readonly variance: Float32Array;
}

/** A sample of a shot: its codes, its transform, and where its background is unoccluded, in cells of any size. */
export interface PlateSample {
  readonly codes: FrameCodes;
  readonly transform: Similarity | undefined;
  readonly unoccluded: { readonly width: number; readonly height: number; readonly data: Uint8Array };
}

/** Minimum variance of codes: rounding and compression. */
export const minVariance = 1.5;

/** Builds a plate from the median of what the samples show where their subject is not. */
export function buildCleanPlate(plateSamples: readonly PlateSample[]): CleanPlate {
  const [{ codes: first }] = plateSamples as readonly [PlateSample];
  const { width, height, channels } = first;
  const [columns, rows] = [Math.ceil(width / cellSize), Math.ceil(height / cellSize)];
  const codes = new Uint8Array(first.codes.length);
  const known = new Uint8Array(columns * rows);
  const variance = new Float32Array(columns * rows * 3);
  const numbers = () => new Float32Array(plateSamples.length);
  const scratch = { values: numbers(), sorted: numbers(), deviations: numbers() };
  for (let row = 0, cell = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++, cell++) {
      const visible = plateSamples.filter((sample) => showsBackground(sample, column, row, first));
      if (visible.length === 0) continue;
      known[cell] = 1;
      for (let c = 0; c < 3; c++) {
        const area = getCellArea(first, channels[c] as Channel, column, row);
        variance[cell * 3 + c] = fillMedian(codes, area, visible, scratch);
      }
    }
  }
  const lightness = computeLightness({ width, height, codes, channels });
  return { width, height, codes, channels, columns, rows, known, variance, lightness };
}

/** Whether a sample shows the background in a cell of the plate. */
function showsBackground(
  { unoccluded, transform }: PlateSample,
  column: number,
  row: number,
  { width, height }: FrameCodes,
): boolean {
  if (transform !== undefined) {
    const size = { width: Math.ceil(width / cellSize), height: Math.ceil(height / cellSize) };
    const [u, v] = applyTransform(transform, column, row, size);
    if (u < 0 || v < 0 || u > size.width - 1 || v > size.height - 1) return false;
  }
  const x = Math.floor(((column + 0.5) * cellSize * unoccluded.width) / width);
  const y = Math.floor(((row + 0.5) * cellSize * unoccluded.height) / height);
  return (
    unoccluded.data[
      Math.min(y, unoccluded.height - 1) * unoccluded.width + Math.min(x, unoccluded.width - 1)
    ] === 1
  );
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

function getCellArea({ width, height }: FrameCodes, channel: Channel, column: number, row: number): Area {
  const { shift } = channel;
  const size = { width: width >> shift, height: height >> shift };
  const [left, top] = [(column * cellSize) >> shift, (row * cellSize) >> shift];
  const right = Math.min(left + (cellSize >> shift), size.width);
  const bottom = Math.min(top + (cellSize >> shift), size.height);
  return { channel, size, left, top, right, bottom };
}

/** Buffers for the values of a place, as they come and sorted, and for each sample's deviation. */
type Scratch = Readonly<Record<'values' | 'sorted' | 'deviations', Float32Array>>;

/**
 * Sets each code of an area to the median of the visible samples.
 * @returns the variance around that: the samples' median variance, raised by what the median itself takes of it.
 */
function fillMedian(
  codes: Uint8Array,
  area: Area,
  visible: readonly PlateSample[],
  scratch: Scratch,
): number {
  const { values, sorted, deviations } = scratch;
  const { at, row: stride, step } = area.channel;
  deviations.fill(0);
  for (let y = area.top; y < area.bottom; y++) {
    for (let x = area.left; x < area.right; x++) {
      for (let k = 0; k < visible.length; k++) {
        const code = getSampleCode(visible[k] as PlateSample, area, x, y);
        values[k] = code;
        sorted[k] = code;
      }
      const median = sortAndGetMedian(sorted, visible.length);
      codes[at + y * stride + x * step] = Math.round(median);
      for (let k = 0; k < visible.length; k++)
        deviations[k] = (deviations[k] as number) + ((values[k] as number) - median) ** 2;
    }
  }
  const count = Math.max(1, (area.right - area.left) * (area.bottom - area.top));
  for (let k = 0; k < visible.length; k++) sorted[k] = (deviations[k] as number) / count;
  return Math.max(minVariance, sortAndGetMedian(sorted, visible.length) * 1.3);
}

/** The code of a sample at a place of the plate. */
function getSampleCode(
  { codes: values, transform }: PlateSample,
  { channel, size }: Area,
  x: number,
  y: number,
): number {
  const { at, row: stride, step, shift } = channel;
  if (transform === undefined) return values.codes[at + y * stride + x * step] as number;
  const [u, v] = applyTransform(transform, x, y, size);
  return interpolateCode(values, at, stride, step, shift, u, v);
}

/** The mean of the first channel's codes in each cell, 0…1. */
export function computeLightness({ width, height, codes, channels: [{ at, row, step }] }: FrameCodes): Grid {
  const [columns, rows] = [Math.ceil(width / cellSize), Math.ceil(height / cellSize)];
  const lightness = createGrid(columns, rows, 1);
  for (let y = 0; y < rows * cellSize; y++) {
    const from = at + Math.min(y, height - 1) * row;
    const to = Math.floor(y / cellSize) * columns;
    for (let column = 0; column < columns; column++) {
      let sum = 0;
      const left = column * cellSize;
      for (let x = left; x < left + cellSize; x++)
        sum += codes[from + Math.min(x, width - 1) * step] as number;
      lightness.data[to + column] =
        (lightness.data[to + column] as number) + sum / (255 * cellSize * cellSize);
    }
  }
  return lightness;
}

/** Refines the transforms of the samples against `reference`. */
export function refineAlignment(
  reference: FrameCodes,
  plateSamples: readonly PlateSample[],
): readonly PlateSample[] {
  const lightness = computeLightness(reference);
  return plateSamples.map((sample) =>
    sample.transform === undefined
      ? sample
      : {
          ...sample,
          transform: refineTransform(
            lightness,
            computeLightness(sample.codes),
            sample.transform,
            toWeights(sample, lightness),
          ),
        },
  );
}

/** 1 where a sample's background is unoccluded, in cells of a grid; 0 elsewhere. */
function toWeights({ unoccluded }: PlateSample, { width, height }: Grid): Float32Array {
  return new Float32Array(width * height).map((_, p) => {
    const x = Math.floor((((p % width) + 0.5) * unoccluded.width) / width);
    const y = Math.floor(((Math.floor(p / width) + 0.5) * unoccluded.height) / height);
    return unoccluded.data[y * unoccluded.width + x] as number;
  });
}

/** Sorts the first `count` values and returns their median. */
function sortAndGetMedian(values: Float32Array, count: number): number {
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

/** Writes the plate's codes for a frame's cell to `out`, at the cell's place in the frame. */
export function warpCell(plate: CleanPlate, transform: Similarity, cell: number, out: Uint8Array): void {
  const { width, height, columns } = plate;
  const [column, row] = [cell % columns, Math.floor(cell / columns)];
  for (let c = 0; c < 3; c++) {
    const { at, row: stride, step, shift } = plate.channels[c] as Channel;
    const left = (column * cellSize) >> shift;
    const top = (row * cellSize) >> shift;
    const right = Math.min(left + (cellSize >> shift), width >> shift);
    const bottom = Math.min(top + (cellSize >> shift), height >> shift);
    const size = { width: width >> shift, height: height >> shift };
    const [firstX, firstY] = applyTransform(transform, left, top, size);
    const [a, b] = transform.rotationScale;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) {
        const [right, down] = [x - left, y - top];
        const [px, py] = [firstX + a * right - b * down, firstY + b * right + a * down];
        out[at + y * stride + x * step] = interpolateCode(plate, at, stride, step, shift, px, py) + 0.5;
      }
    }
  }
}

/** The bilinearly interpolated code of a channel at a position; clamped at the borders. */
function interpolateCode(
  { width, height, codes }: FrameCodes,
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
