import type { Size } from '@restage/contract';
import {
  boxBlur,
  clamp,
  createGrid,
  type Grid,
  mix,
  resize,
  shrink,
  smoothstep,
  type View,
} from '@restage/pixels';
import type { KeyLight } from '@restage/scenes';

/** Pixels along each edge of a cell of the coarse grids; even, and so that the longer side has some 200 cells. */
export function getCellSize(width: number, height: number): number {
  return 2 * Math.max(1, Math.round(Math.max(width, height) / 400));
}

/** The size of the coarse grids for a frame's size. */
export function getCoarseSize(width: number, height: number): Size {
  const cell = getCellSize(width, height);
  return { width: Math.ceil(width / cell), height: Math.ceil(height / cell) };
}

/**
 * Per-frame inputs of blending besides pixels, on a coarse grid of eight channels: `light` is gain then light wrap,
 * `colours` clean subject then clean background, all linear RGB and a spare float. If the whole frame is the subject
 * there is no background to separate.
 */
export interface Fields {
  readonly light: Grid;
  readonly colours: Grid | undefined;
}

/** A matte at or above this is surely subject, at or below 255 minus this surely background. */
const sureAlpha = 245;

/** Reads a frame once and computes its fields. */
export function computeFields(
  view: View,
  matte: Uint8Array,
  stage: { readonly coarse: Grid; readonly key: KeyLight; readonly strength: number },
): Fields {
  const { alpha, colours } = sumCells(view, matte);
  return {
    light: computeLight(alpha, stage.coarse, stage.key, stage.strength),
    colours: spreadColours(colours),
  };
}

/**
 * Sums a few pixels per cell: the matte; and colour and count of the pixels that are surely subject, and surely
 * background.
 */
function sumCells(view: View, matte: Uint8Array) {
  const { width, height } = view;
  const cell = getCellSize(width, height);
  const alpha = createGrid(Math.ceil(width / cell), Math.ceil(height / cell), 1);
  const colours = createGrid(alpha.width, alpha.height, 8);
  for (let row = 0; row < alpha.height; row++) {
    for (let column = 0; column < alpha.width; column++) {
      const at = row * alpha.width + column;
      alpha.data[at] = meanAlpha(view, matte, column * cell, row * cell, cell);
      gatherColour(view, matte, column * cell, row * cell, colours.data, at * 8);
    }
  }
  return { alpha, colours };
}

/** Work per cell is a function of its own: V8 discards compiled code of loops within loops. */
function meanAlpha(
  { width, height }: View,
  matte: Uint8Array,
  left: number,
  top: number,
  cell: number,
): number {
  const stride = Math.max(1, cell >> 1);
  const right = Math.min(width, left + cell);
  const bottom = Math.min(height, top + cell);
  let sum = 0;
  let count = 0;
  for (let y = top; y < bottom; y += stride) {
    for (let x = left; x < right; x += stride, count++) sum += matte[y * width + x] as number;
  }
  return sum / (count * 255);
}

const rgb = new Float32Array(3);
/** One sampled colour per cell is enough: the results are blurred over many cells. */
function gatherColour(
  { width, linear }: View,
  matte: Uint8Array,
  left: number,
  top: number,
  out: Float32Array,
  at: number,
): void {
  const a = matte[top * width + left] as number;
  if (a > 255 - sureAlpha && a < sureAlpha) return;
  linear(left, top, rgb);
  const i = at + (a >= sureAlpha ? 0 : 4);
  out[i] = rgb[0] as number;
  out[i + 1] = rgb[1] as number;
  out[i + 2] = rgb[2] as number;
  out[i + 3] = 1;
}

/**
 * Spreads sure colours, given as sums that it changes, over the edge band, near ones first, so that a half-covered
 * pixel can be separated into subject and background (after "blur fusion", Forte 2021, with sure pixels in place of
 * its first pass).
 */
function spreadColours(near: Grid): Grid {
  const { width, height } = near;
  const out = createGrid(width, height, 8);
  boxBlur(near, 2, 2);
  // Far colours only fill gaps between near ones: a quarter of the resolution suffices.
  const quarter = shrink(near, 4);
  boxBlur(quarter, Math.max(quarter.width, quarter.height) * 0.05, 2);
  const far = resize(quarter, width, height);
  for (let i = 0; i < out.data.length; i += 4) mixColour(near.data, far.data, out.data, i);
  return out;
}

function mixColour(near: Float32Array, far: Float32Array, out: Float32Array, i: number): void {
  const weight = (near[i + 3] as number) + 1e-3 * (far[i + 3] as number) + 1e-9;
  out[i] = ((near[i] as number) + 1e-3 * (far[i] as number)) / weight;
  out[i + 1] = ((near[i + 1] as number) + 1e-3 * (far[i + 1] as number)) / weight;
  out[i + 2] = ((near[i + 2] as number) + 1e-3 * (far[i + 2] as number)) / weight;
}

/** Gain of the key light on a shape inflated from the matte, and light wrap around its edge. */
function computeLight(alpha: Grid, plate: Grid, key: KeyLight, strength: number): Grid {
  const { width, height } = alpha;
  const out = createGrid(width, height, 8);
  const reach = Math.max(2, Math.round(Math.min(width, height) * 0.07));
  const shape: Grid = { ...alpha, data: alpha.data.slice() };
  boxBlur(shape, reach, 2);
  const edge: Grid = { ...alpha, data: alpha.data.slice() };
  boxBlur(edge, Math.max(1, Math.round(Math.min(width, height) * 0.014)), 2);
  for (let y = 0; y < height; y++) lightRow(y, shape, edge, reach, plate, key, strength, out);
  return out;
}

function lightRow(
  y: number,
  shape: Grid,
  edge: Grid,
  reach: number,
  plate: Grid,
  key: KeyLight,
  strength: number,
  out: Grid,
): void {
  const { width, height } = shape;
  const above = y > 0 ? width : 0;
  const below = y < height - 1 ? width : 0;
  for (let x = 0, p = y * width; x < width; x++, p++) {
    const left = shape.data[x > 0 ? p - 1 : p] as number;
    const right = shape.data[x < width - 1 ? p + 1 : p] as number;
    const nx = (left - right) * reach * 1.5;
    const ny = ((shape.data[p - above] as number) - (shape.data[p + below] as number)) * reach * 1.5;
    const across = ((x + 0.5) / width - 0.5) * key.x * 0.5 + ((y + 0.5) / height - 0.5) * key.y * 0.5;
    const facing = clamp(nx * key.x + ny * key.y + across, -1, 1) * key.strength * strength;
    const outward = 1 - (edge.data[p] as number);
    const wrap = clamp(smoothstep(0.02, 0.55, outward) * mix(0.42, 0.95, key.rim) * strength, 0, 0.95);
    addKeyLight(out.data, p * 8, facing, key);
    addLightWrap(out.data, p * 8 + 4, wrap, plate.data, p * 3);
  }
}

function addKeyLight(out: Float32Array, at: number, facing: number, { tint }: KeyLight): void {
  const shaded = 1 + facing * 0.42;
  out[at] = facing > 0 ? 1 + facing * 0.75 * tint[0] : shaded;
  out[at + 1] = facing > 0 ? 1 + facing * 0.75 * tint[1] : shaded;
  out[at + 2] = facing > 0 ? 1 + facing * 0.75 * tint[2] : shaded;
}

function addLightWrap(out: Float32Array, at: number, wrap: number, plate: Float32Array, from: number): void {
  out[at] = wrap * (plate[from] as number);
  out[at + 1] = wrap * (plate[from + 1] as number);
  out[at + 2] = wrap * (plate[from + 2] as number);
}

/** Fields for a whole frame as the subject: a slope of light across it; no edge, so no light wrap. */
export function createLightSlope(width: number, height: number, key: KeyLight, strength: number): Grid {
  const coarse = getCoarseSize(width, height);
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
