import type { Size } from '@restage/contract';
import { codeOfLinear, codeSteps, linearOfCode, linearSteps } from '../colour/srgb.ts';
import type { Grid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import { clamp } from '../math/scalar.ts';
import { arenas } from '../wasm/arena.ts';
import { f32x4, i8x16, i32, i32x4, kernel, loop } from '../wasm/assemble.ts';
import { gridCode } from './pixel.ts';
import { laySteps } from './reading.ts';

/** What stands behind subjects, of the frame's size or smaller. */
export interface Plate extends Size {
  /** sRGB code values, 0…255 and not always whole, three a pixel. */
  readonly codes: Uint8Array | Float32Array;
}

/** A plate at full size. It is made by rows, so that all of it never stands in memory. */
export interface Backdrop extends Size {
  /** Writes row `y` twice: its code values as they are, and with grain, for where nothing else shows, as bytes. */
  row(y: number, codes: Float32Array, bytes: Uint8Array): void;
}

/** A plate from linear light. */
export function plateFromLinear({ width, height, data }: Grid): Plate {
  const codes = Float32Array.from(
    data,
    (value) => codeOfLinear[Math.round(clamp(value, 0, 1) * linearSteps)] as number,
  );
  return { width, height, codes };
}

/** Turns code values into linear light. */
export function linearise(codes: Plate['codes'], out: Float32Array): void {
  for (let i = 0; i < codes.length; i++)
    out[i] = linearOfCode[((codes[i] as number) * codeSteps + 0.5) | 0] as number;
}

const cellBytes = 12;

/**
 * One row of a plate, enlarged, as floats and as bytes with grain. For each pixel `noise` holds three floats: the first is
 * laid on all channels, `grain` times (the address of a float), and it and the two after it, shifted by one, on single
 * ones.
 */
const finishRow = kernel(
  ['plate', 'columns', 'rows', 'stride', 'line', 'y', 'codes', 'bytes', 'noise', 'width', 'grain'],
  ({ arguments: given, locals }) => {
    const [x, at] = locals('i32', 2);
    const [strength, value, noise] = locals('f32x4', 3);
    const [whole] = locals('i32x4', 1);
    const reading = gridCode(locals, given, given.plate, given.line, cellBytes);
    const all = (level: number) => f32x4.const(level, level, level, level);
    const { add, mul } = f32x4;
    return [
      strength.set(f32x4.loadSplat(given.grain)),
      ...reading.row(given.y),
      loop(x, i32.const(0), given.width, 1, [
        at.set(i32.mul(x, i32.const(12))),
        ...reading.at(x, value),
        // Of four floats and bytes, the last is written over by the next pixel.
        f32x4.store(i32.add(given.codes, at), value),
        noise.set(mul(f32x4.load(i32.add(given.noise, at), 4), all(0.5))),
        value.set(add(add(value, mul(f32x4.loadSplat(i32.add(given.noise, at)), strength)), noise)),
        whole.set(i32x4.truncate(add(value, all(0.5)))),
        i8x16.store4(i32.add(given.bytes, i32.mul(x, i32.const(3))), i32x4.narrow(whole)),
      ]),
    ];
  },
);
const arenaOf = arenas({ finishRow });

/**
 * Finishes a plate: brings it to full size, and lays grain on it, which a smooth sky needs so as not to show bands.
 * @param grain strength in code values; 0.5 is a plain dither.
 */
export function finishBackdrop(plate: Plate, { width, height }: Size, grain: number, seed: number): Backdrop {
  const noise = noiseTable(seed);
  const floats = width * 3;
  const { kernels, ...arena } = arenaOf(
    ((plate.height + 2) * (plate.width + 1) * 3 + noise.length + floats * 3 + (width + height) * 2 + 64) * 4,
  );
  // The table's beginning again behind its end: rows read on without turning round.
  const grains = arena.floats(noise.length + floats + 4);
  for (let i = 0; i < grains.view.length; i += noise.length)
    grains.view.set(noise.subarray(0, grains.view.length - i), i);
  const strength = arena.floats(1);
  strength.view[0] = grain;
  const stride = plate.width * cellBytes;
  // A row of zeros behind the last: reading goes past it, by a share of 0.
  const grid = arena.floats((plate.height + 1) * plate.width * 3);
  grid.view.set(plate.codes);
  const [codes, bytes] = [arena.floats(floats), arena.bytes(floats)];
  const layout = {
    ...{ plate: grid.at, stride, line: arena.floats((plate.width + 1) * 3).at },
    columns: laySteps(arena, plate.width, width, cellBytes),
    rows: laySteps(arena, plate.height, height, stride),
    ...{ codes: codes.at, bytes: bytes.at, width, grain: strength.at },
  };
  return {
    width,
    height,
    row(y, toCodes, toBytes) {
      // Each row reads the table from a place of its own, so that no pattern repeats visibly.
      const start = Math.imul(y + 1, 0x9e3779b1) & (noise.length - 1);
      kernels.finishRow({ ...layout, y, noise: grains.at + start * 4 });
      toCodes.set(codes.view);
      toBytes.set(bytes.view);
    },
  };
}

/** Noise near a Gaussian, a power of two of it, of standard deviation about 0.65. */
export function noiseTable(seed: number): Float32Array {
  const random = randomFrom(seed ^ 0x9e3779b9);
  const noise = new Float32Array(1 << 16);
  for (let i = 0; i < noise.length; i++) noise[i] = (random() + random() + random() - 1.5) * 1.3;
  return noise;
}
