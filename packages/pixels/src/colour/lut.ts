import { fitToGamut, type Lab, rgbToLab } from './oklab.ts';
import { decodeSrgb, type Rgb } from './srgb.ts';
import type { LabMap } from './transfer.ts';

/** Nodes along each edge of the cube. */
export const lutSize = 33;

/**
 * A 3D lookup table from 8-bit sRGB code values to linear light. Blue varies fastest; four floats per node, the last
 * 0. Output is linear because lighting and blending work on it.
 */
export type Lut = Float32Array;

/** Linear light of the nodes along an edge. */
const level = Float64Array.from({ length: lutSize }, (_, i) => decodeSrgb(i / (lutSize - 1)));

/** Bakes maps, one after the other, into a table; colours out of gamut are fitted by lowering chroma. */
export function bakeLut(maps: readonly LabMap[]): Lut {
  const lut = new Float32Array(lutSize ** 3 * 4);
  for (let line = 0; line < lutSize ** 2; line++) bakeLine(line, maps, lut);
  return lut;
}

/**
 * Bakes all blues of one red and one green. A function of its own, since V8 keeps compiled code of functions that are
 * called often.
 */
function bakeLine(line: number, maps: readonly LabMap[], lut: Lut): void {
  const red = level[Math.floor(line / lutSize)] as number;
  const green = level[line % lutSize] as number;
  for (let node = 0, i = line * lutSize * 4; node < lutSize; node++, i += 4) {
    const rgb = [red, green, level[node] as number] as const;
    const out = maps.length === 0 ? rgb : fitToGamut(applyMaps(rgb, maps));
    lut[i] = out[0];
    lut[i + 1] = out[1];
    lut[i + 2] = out[2];
  }
}

function applyMaps(rgb: Rgb, maps: readonly LabMap[]): Lab {
  let lab = rgbToLab(rgb);
  for (const map of maps) lab = map(lab);
  return lab;
}

const step = (lutSize - 1) / 255;
/** The node below each 8-bit code. */
export const nodeByCode: Int32Array = Int32Array.from({ length: 256 }, (_, i) =>
  Math.min(lutSize - 2, Math.floor(i * step)),
);
/** Each code's position between that node and the next, 0…1. */
export const fractionByCode: Float32Array = Float32Array.from(
  { length: 256 },
  (_, i) => i * step - (nodeByCode[i] as number),
);
/** Floats from a node to its neighbour in red, green and blue. */
const stepR = lutSize * lutSize * 4;
const stepG = lutSize * 4;
const stepB = 4;

/** Looks a colour up by tetrahedral interpolation, and writes its linear light to `out[0…2]`. */
export function sampleLut(lut: Lut, r: number, g: number, b: number, out: Float32Array): void {
  const base =
    (nodeByCode[r] as number) * stepR + (nodeByCode[g] as number) * stepG + (nodeByCode[b] as number) * stepB;
  const x = fractionByCode[r] as number;
  const y = fractionByCode[g] as number;
  const z = fractionByCode[b] as number;
  const opposite = base + stepR + stepG + stepB;
  let first: number;
  let second: number;
  let high: number;
  let middle: number;
  let low: number;
  // The six tetrahedra of a cell: walk from its first to its last corner, largest fraction first.
  if (x > y) {
    if (y > z) {
      first = base + stepR;
      second = first + stepG;
      high = x;
      middle = y;
      low = z;
    } else if (x > z) {
      first = base + stepR;
      second = first + stepB;
      high = x;
      middle = z;
      low = y;
    } else {
      first = base + stepB;
      second = first + stepR;
      high = z;
      middle = x;
      low = y;
    }
  } else if (z > y) {
    first = base + stepB;
    second = first + stepG;
    high = z;
    middle = y;
    low = x;
  } else if (z > x) {
    first = base + stepG;
    second = first + stepB;
    high = y;
    middle = z;
    low = x;
  } else {
    first = base + stepG;
    second = first + stepR;
    high = y;
    middle = x;
    low = z;
  }
  const w0 = 1 - high;
  const w1 = high - middle;
  const w2 = middle - low;
  const w3 = low;
  out[0] =
    w0 * (lut[base] as number) +
    w1 * (lut[first] as number) +
    w2 * (lut[second] as number) +
    w3 * (lut[opposite] as number);
  out[1] =
    w0 * (lut[base + 1] as number) +
    w1 * (lut[first + 1] as number) +
    w2 * (lut[second + 1] as number) +
    w3 * (lut[opposite + 1] as number);
  out[2] =
    w0 * (lut[base + 2] as number) +
    w1 * (lut[first + 2] as number) +
    w2 * (lut[second + 2] as number) +
    w3 * (lut[opposite + 2] as number);
}
