import { type Lut, lookUp } from '../colour/lut.ts';
import { codeOfLinear, linearOfByte, linearSteps } from '../colour/srgb.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import type { Backdrop } from './blend.ts';

/**
 * Finishes a plate: its linear light for blending, and 8-bit sRGB with grain, which a smooth sky needs so as
 * not to show bands.
 * @param grain strength in code values; 0.5 is a plain dither.
 */
export function finishBackdrop(plate: Grid, grain: number, seed: number): Backdrop {
  const noise = noiseTable(seed);
  const linear = plate.data;
  const bytes = new Uint8Array(linear.length);
  const stride = plate.width * 3;
  for (let row = 0, i = 0; row < plate.height; row++) {
    // Each row reads the table from a place of its own, so that no pattern repeats visibly.
    let at = Math.imul(row + 1, 0x9e3779b1) & (noise.length - 1);
    for (const end = i + stride; i < end; i += 3) {
      const luma = (noise[at] as number) * grain;
      for (let c = 0; c < 3; c++) {
        at = (at + 1) & (noise.length - 1);
        const value = linear[i + c] as number;
        const code = codeOfLinear[
          value >= 1 ? linearSteps : value <= 0 ? 0 : (value * linearSteps + 0.5) | 0
        ] as number;
        const dithered = code + luma + (noise[at] as number) * 0.5 + 0.5;
        bytes[i + c] = dithered <= 0 ? 0 : dithered >= 255 ? 255 : dithered | 0;
      }
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

/** Noise near a Gaussian, of standard deviation about 0.65. */
function noiseTable(seed: number): Float32Array {
  const random = randomFrom(seed ^ 0x9e3779b9);
  return Float32Array.from({ length: 1 << 16 }, () => (random() + random() + random() - 1.5) * 1.3);
}
