import type { Size } from '@restage/contract';
import type { View } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { resize, shrink } from '../math/resample.ts';
import { clamp, mix, smoothstep } from '../math/scalar.ts';
import type { KeyLight } from './key.ts';

/** Pixels along each edge of a cell of the coarse grids, even, so that the longer side has some 200 cells. */
export function cellSize(width: number, height: number): number {
  return 2 * Math.max(1, Math.round(Math.max(width, height) / 400));
}

/** The size of the coarse grids for a frame's size. */
export function coarseSize(width: number, height: number): Size {
  const cell = cellSize(width, height);
  return { width: Math.ceil(width / cell), height: Math.ceil(height / cell) };
}

/**
 * What one frame's blend needs besides its pixels, on a coarse grid of eight channels: `light` is gain then wrap,
 * `colours` clean subject then clean background, all linear RGB and a float to spare. Where the whole frame is the
 * subject there is no background to part it from.
 */
export interface Fields {
  readonly light: Grid;
  readonly colours: Grid | undefined;
}

/** Matte at or above `sure` is surely subject, at or below 255 − `sure` surely background. */
const sure = 245;

/** Reads a frame once and prepares its fields. */
export function frameFields(
  view: View,
  matte: Uint8Array,
  stage: { readonly coarse: Grid; readonly key: KeyLight; readonly strength: number },
): Fields {
  const { alpha, colours } = gather(view, matte);
  return { light: lightOf(alpha, stage.coarse, stage.key, stage.strength), colours: spread(colours) };
}

/**
 * From a few pixels of each cell, sums: matte; and colour and count of the pixels that surely are
 * subject, surely background.
 */
function gather({ width, height, linear }: View, matte: Uint8Array) {
  const cell = cellSize(width, height);
  const alpha = createGrid(Math.ceil(width / cell), Math.ceil(height / cell), 1);
  const colours = createGrid(alpha.width, alpha.height, 8);
  const rgb = new Float32Array(3);
  const { data } = colours;
  const stride = Math.max(1, cell >> 1);
  for (let top = 0, at = 0; top < height; top += cell) {
    for (let left = 0; left < width; left += cell, at++) {
      let sum = 0;
      let count = 0;
      for (let y = top; y < top + cell && y < height; y += stride) {
        for (let x = left; x < left + cell && x < width; x += stride, count++)
          sum += matte[y * width + x] as number;
      }
      alpha.data[at] = sum / (count * 255);
      // One look a cell at its colour is enough: what is made of them is blurred over many cells.
      const a = matte[top * width + left] as number;
      if (a > 255 - sure && a < sure) continue;
      linear(left, top, rgb);
      const i = at * 8 + (a >= sure ? 0 : 4);
      data[i] = rgb[0] as number;
      data[i + 1] = rgb[1] as number;
      data[i + 2] = rgb[2] as number;
      data[i + 3] = 1;
    }
  }
  return { alpha, colours };
}

/**
 * Carries sure colours, of which it is given sums that it changes, over the edge band, near ones first, so that a half-covered pixel can be parted into
 * subject and background (after "blur fusion", Forte 2021, with sure pixels in place of its first pass).
 */
function spread(near: Grid): Grid {
  const { width, height } = near;
  const out = createGrid(width, height, 8);
  boxBlur(near, 2, 2);
  // Far colours only fill where near ones are missing: a quarter of the resolution does.
  const quarter = shrink(near, 4);
  boxBlur(quarter, Math.max(quarter.width, quarter.height) * 0.05, 2);
  const far = resize(quarter, width, height);
  for (let at = 0; at < width * height; at++) {
    for (let side = 0; side < 2; side++) {
      const i = at * 8 + side * 4;
      const weight = (near.data[i + 3] as number) + 1e-3 * (far.data[i + 3] as number) + 1e-9;
      for (let c = 0; c < 3; c++) {
        out.data[i + c] = ((near.data[i + c] as number) + 1e-3 * (far.data[i + c] as number)) / weight;
      }
    }
  }
  return out;
}

/** Gain of the key light on a shape inflated from the matte, and light wrapped round its edge. */
function lightOf(alpha: Grid, plate: Grid, key: KeyLight, strength: number): Grid {
  const { width, height } = alpha;
  const out = createGrid(width, height, 8);
  const reach = Math.max(2, Math.round(Math.min(width, height) * 0.07));
  const shape: Grid = { ...alpha, data: alpha.data.slice() };
  boxBlur(shape, reach, 2);
  const edge: Grid = { ...alpha, data: alpha.data.slice() };
  boxBlur(edge, Math.max(1, Math.round(Math.min(width, height) * 0.014)), 2);
  for (let y = 0, p = 0; y < height; y++) {
    const above = y > 0 ? width : 0;
    const below = y < height - 1 ? width : 0;
    for (let x = 0; x < width; x++, p++) {
      const left = shape.data[x > 0 ? p - 1 : p] as number;
      const right = shape.data[x < width - 1 ? p + 1 : p] as number;
      const nx = (left - right) * reach * 1.5;
      const ny = ((shape.data[p - above] as number) - (shape.data[p + below] as number)) * reach * 1.5;
      const across = ((x + 0.5) / width - 0.5) * key.x * 0.5 + ((y + 0.5) / height - 0.5) * key.y * 0.5;
      const facing = clamp(nx * key.x + ny * key.y + across, -1, 1) * key.strength * strength;
      const outward = 1 - (edge.data[p] as number);
      const wrap = clamp(smoothstep(0.02, 0.55, outward) * mix(0.42, 0.95, key.rim) * strength, 0, 0.95);
      for (let c = 0; c < 3; c++) {
        const tint = key.tint[c as 0 | 1 | 2];
        const gain = facing > 0 ? 1 + facing * 0.75 * tint : 1 + facing * 0.42;
        out.data[p * 8 + c] = gain;
        out.data[p * 8 + 4 + c] = wrap * (plate.data[p * 3 + c] as number);
      }
    }
  }
  return out;
}

/** For a whole frame as the subject: a slope of light across it, no edge and so no wrap. */
export function frameSlope(width: number, height: number, key: KeyLight, strength: number): Grid {
  const coarse = coarseSize(width, height);
  const out = createGrid(coarse.width, coarse.height, 8);
  for (let y = 0, p = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++, p++) {
      const u = ((x + 0.5) / out.width - 0.5) * 2;
      const v = ((y + 0.5) / out.height - 0.5) * 2;
      const facing = clamp((u * key.x + v * key.y) * 0.6, -1, 1) * key.strength * strength;
      for (let c = 0; c < 3; c++)
        out.data[p * 8 + c] = facing > 0 ? 1 + facing * 0.6 * key.tint[c as 0 | 1 | 2] : 1 + facing * 0.4;
    }
  }
  return out;
}
