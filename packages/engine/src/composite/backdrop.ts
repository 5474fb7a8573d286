import { type Lut, lookUp } from '../colour/lut.ts';
import { linearOfByte } from '../colour/srgb.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import { arenas } from '../wasm/arena.ts';
import { f32x4, i32, i32x4, kernel, loop } from '../wasm/assemble.ts';
import type { Backdrop } from './blend.ts';
import { pixelCode } from './pixel.ts';
import { layTables, tableBytes } from './tables.ts';

/** A plate in linear light, read by rows, so that one made of bytes never stands in memory as floats. */
export interface Plate {
  readonly width: number;
  readonly height: number;
  /** Writes row `y`, three floats a pixel. */
  row(y: number, out: Float32Array): void;
}

/** A plate that is there as linear light. */
export function gridPlate({ width, height, data }: Grid): Plate {
  return {
    width,
    height,
    row: (y, out) => out.set(data.subarray(y * width * 3, (y + 1) * width * 3)),
  };
}

/** A plate from 8-bit sRGB, through a grade where there is one. */
export function plateFromBytes(
  bytes: Uint8Array,
  width: number,
  height: number,
  grade: Lut | undefined,
): Plate {
  if (grade === undefined) {
    return {
      width,
      height,
      row(y, out) {
        for (let i = 0, o = y * width * 3; i < out.length; i++, o++)
          out[i] = linearOfByte[bytes[o] as number] as number;
      },
    };
  }
  const graded = createGrid(width, height, 3);
  const colour = new Float32Array(3);
  for (let i = 0; i < bytes.length; i += 3) {
    lookUp(grade, bytes[i] as number, bytes[i + 1] as number, bytes[i + 2] as number, colour);
    graded.data.set(colour, i);
  }
  return gridPlate(graded);
}

/**
 * One row of a plate as 8-bit sRGB with grain. For each pixel `noise` holds three floats: the first is laid on all
 * channels, `grain` times (the address of a float), and it and the two after it, shifted by one, on single ones.
 */
const grainRow = kernel(
  ['plate', 'out', 'noise', 'width', 'grain', 'tables'],
  ({ arguments: { plate, out, noise, width, grain, tables }, locals }) => {
    const [x, at] = locals('i32', 2);
    const [strength, luma, value] = locals('f32x4', 3);
    const pixel = pixelCode(locals, tables, tables);
    const all = (level: number) => f32x4.const(level, level, level, level);
    const { add, mul, min, max } = f32x4;
    return [
      strength.set(f32x4.loadSplat(grain)),
      loop(x, i32.const(0), width, 1, [
        at.set(i32.mul(x, i32.const(12))),
        ...pixel.codes(min(max(f32x4.load(i32.add(plate, at)), all(0)), all(1)), value),
        luma.set(mul(f32x4.loadSplat(i32.add(noise, at)), strength)),
        value.set(add(add(value, luma), mul(f32x4.load(i32.add(noise, at), 4), all(0.5)))),
        value.set(min(max(add(value, all(0.5)), all(0)), all(255))),
        ...[0, 1, 2].map((c) =>
          i32.store8(i32.add(out, i32.mul(x, i32.const(3))), i32x4.lane(i32x4.truncate(value), c), c),
        ),
      ]),
    ];
  },
);
const arenaOf = arenas({ grainRow });

/**
 * Finishes a plate: as it is for blending, and 8-bit sRGB with grain, which a smooth sky needs so as
 * not to show bands.
 * @param grain strength in code values; 0.5 is a plain dither.
 */
export function finishBackdrop(plate: Plate, grain: number, seed: number): Backdrop {
  const noise = noiseTable(seed);
  const stride = plate.width * 3;
  const bytes = new Uint8Array(plate.height * stride);
  const { kernels, ...arena } = arenaOf((noise.length + stride * 3 + 8) * 4 + tableBytes + 256);
  const tables = arena.bytes(tableBytes);
  layTables(tables.view);
  // The table's beginning again behind its end: rows read on without turning round.
  const grains = arena.floats(noise.length + stride + 4);
  for (let i = 0; i < grains.view.length; i += noise.length)
    grains.view.set(noise.subarray(0, grains.view.length - i), i);
  const [from, to, strength] = [arena.floats(stride), arena.bytes(stride), arena.floats(1)];
  strength.view[0] = grain;
  for (let row = 0; row < plate.height; row++) {
    // Each row reads the table from a place of its own, so that no pattern repeats visibly.
    const start = Math.imul(row + 1, 0x9e3779b1) & (noise.length - 1);
    plate.row(row, from.view);
    kernels.grainRow({
      plate: from.at,
      out: to.at,
      noise: grains.at + start * 4,
      width: plate.width,
      grain: strength.at,
      tables: tables.at,
    });
    bytes.set(to.view, row * stride);
  }
  return { plate, bytes };
}

/** Noise near a Gaussian, a power of two of it, of standard deviation about 0.65. */
export function noiseTable(seed: number): Float32Array {
  const random = randomFrom(seed ^ 0x9e3779b9);
  return Float32Array.from({ length: 1 << 16 }, () => (random() + random() + random() - 1.5) * 1.3);
}
