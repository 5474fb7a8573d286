import { type Lut, lookUp } from '../colour/lut.ts';
import { byteOfLinear, linearOfByte, linearSteps } from '../colour/srgb.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import type { Backdrop } from './blend.ts';

/**
 * Finishes a plate: its linear light for blending, and 8-bit sRGB with grain, which a smooth sky needs so as
 * not to show bands.
 * @param grain strength in code values; 0.5 is a plain dither.
 */
export function finishBackdrop(plate: Grid, grain: number, seed: number): Backdrop {
  const random = randomFrom(seed ^ 0x9e3779b9);
  const linear = plate.data;
  const bytes = new Uint8Array(linear.length);
  for (let i = 0; i < linear.length; i += 3) {
    const luma = (random() + random() + random() - 1.5) * grain * 1.3;
    for (let c = 0; c < 3; c++) {
      const value = linear[i + c] as number;
      const code = byteOfLinear[
        value >= 1 ? linearSteps : value <= 0 ? 0 : (value * linearSteps + 0.5) | 0
      ] as number;
      const below = linearOfByte[code] as number;
      const step = (linearOfByte[Math.min(255, code + 1)] as number) - below;
      const exact = code + (step > 0 ? (value - below) / step : 0);
      bytes[i + c] = Math.max(0, Math.min(255, Math.round(exact + luma + (random() - 0.5))));
    }
  }
  return { linear, bytes };
}

/** A plate from 8-bit sRGB, through a grade where there is one. */
export function plateFromBytes(
  bytes: Uint8Array,
  width: number,
  height: number,
  grade: Lut | undefined,
): Grid {
  const plate = createGrid(width, height, 3);
  const colour = new Float32Array(3);
  for (let i = 0; i < bytes.length; i += 3) {
    if (grade === undefined) {
      for (let c = 0; c < 3; c++) plate.data[i + c] = linearOfByte[bytes[i + c] as number] as number;
    } else {
      lookUp(grade, bytes[i] as number, bytes[i + 1] as number, bytes[i + 2] as number, colour);
      plate.data.set(colour, i);
    }
  }
  return plate;
}

/** Means of `cell × cell` pixels. */
export function shrink(grid: Grid, cell: number): Grid {
  const width = Math.ceil(grid.width / cell);
  const height = Math.ceil(grid.height / cell);
  const out = createGrid(width, height, grid.channels);
  const counts = new Float32Array(width * height);
  for (let y = 0, i = 0; y < grid.height; y++) {
    const row = Math.floor(y / cell) * width;
    for (let x = 0; x < grid.width; x++) {
      const at = row + Math.floor(x / cell);
      counts[at] = (counts[at] as number) + 1;
      for (let c = 0; c < grid.channels; c++, i++) {
        const o = at * grid.channels + c;
        out.data[o] = (out.data[o] as number) + (grid.data[i] as number);
      }
    }
  }
  for (let o = 0; o < out.data.length; o++)
    out.data[o] = (out.data[o] as number) / (counts[Math.floor(o / grid.channels)] as number);
  return out;
}
