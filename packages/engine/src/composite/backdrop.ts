import type { Size } from '@restage/contract';
import {
  clamp,
  codeSteps,
  codeToLinear,
  createArenaFactory,
  createRandom,
  f32x4,
  type Grid,
  i8x16,
  i32,
  i32x4,
  kernel,
  linearSteps,
  linearToCode,
  loop,
} from '@restage/pixels';
import { buildAxisSteps } from './kernels/grid-sampler.ts';
import { gridCode } from './kernels/pixel.ts';

/** The background of a job, at the frame's size or smaller. */
export interface Plate extends Size {
  /** sRGB code values, 0…255 and possibly fractional, three per pixel. */
  readonly codes: Uint8Array | Float32Array;
}

/** A plate at full size. Its rows are made on demand, so that it is never in memory as a whole. */
export interface Backdrop extends Size {
  /** Writes row `y` twice: its plain code values, and bytes with grain, for where only the plate shows. */
  row(y: number, codes: Float32Array, bytes: Uint8Array): void;
}

/** Converts a grid of linear light to a plate. */
export function linearToPlate({ width, height, data }: Grid): Plate {
  const codes = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += width * 3)
    encodeRow(data, codes, start, start + width * 3);
  return { width, height, codes };
}

/** A function of its own, since V8 keeps compiled code of functions that are called often. */
function encodeRow(data: Float32Array, codes: Float32Array, start: number, end: number): void {
  for (let i = start; i < end; i++) {
    const value = clamp(data[i] as number, 0, 1);
    codes[i] = linearToCode[(value * linearSteps + 0.5) | 0] as number;
  }
}

/** Converts code values to linear light. */
export function linearize(codes: Plate['codes'], out: Float32Array): void {
  for (let i = 0; i < codes.length; i++)
    out[i] = codeToLinear[((codes[i] as number) * codeSteps + 0.5) | 0] as number;
}

const cellBytes = 12;

/**
 * One row of a plate, enlarged, as floats and as bytes with grain. `noise` holds three floats per pixel: the first is
 * added to all channels, `grain` times (the address of a float), and each of the three, shifted by one, to single
 * channels.
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
        // The last of four floats and bytes is overwritten by the next pixel.
        f32x4.store(i32.add(given.codes, at), value),
        noise.set(mul(f32x4.load(i32.add(given.noise, at), 4), all(0.5))),
        value.set(add(add(value, mul(f32x4.loadSplat(i32.add(given.noise, at)), strength)), noise)),
        whole.set(i32x4.truncate(add(value, all(0.5)))),
        i8x16.store4(i32.add(given.bytes, i32.mul(x, i32.const(3))), i32x4.narrow(whole)),
      ]),
    ];
  },
);
const createArena = createArenaFactory({ finishRow });

/**
 * Creates the backdrop from a plate: enlarges it, and adds grain, which prevents banding in a smooth sky.
 * @param grain strength in code values; 0.5 is a plain dither.
 */
export function createBackdrop(plate: Plate, { width, height }: Size, grain: number, seed: number): Backdrop {
  const noise = createNoiseTable(seed);
  const floats = width * 3;
  const { kernels, ...arena } = createArena(
    ((plate.height + 2) * (plate.width + 1) * 3 + noise.length + floats * 3 + (width + height) * 2 + 64) * 4,
  );
  // The table's beginning is repeated after its end, so that rows need not wrap around.
  const grains = arena.floats(noise.length + floats + 4);
  for (let i = 0; i < grains.view.length; i += noise.length)
    grains.view.set(noise.subarray(0, grains.view.length - i), i);
  const strength = arena.floats(1);
  strength.view[0] = grain;
  const stride = plate.width * cellBytes;
  // A row of zeros follows the last: sampling reads past it with weight 0.
  const grid = arena.floats((plate.height + 1) * plate.width * 3);
  grid.view.set(plate.codes);
  const [codes, bytes] = [arena.floats(floats), arena.bytes(floats)];
  const layout = {
    ...{ plate: grid.at, stride, line: arena.floats((plate.width + 1) * 3).at },
    columns: buildAxisSteps(arena, plate.width, width, cellBytes),
    rows: buildAxisSteps(arena, plate.height, height, stride),
    ...{ codes: codes.at, bytes: bytes.at, width, grain: strength.at },
  };
  return {
    width,
    height,
    row(y, toCodes, toBytes) {
      // Each row reads the table from its own offset, so that no pattern repeats visibly.
      const start = Math.imul(y + 1, 0x9e3779b1) & (noise.length - 1);
      kernels.finishRow({ ...layout, y, noise: grains.at + start * 4 });
      toCodes.set(codes.view);
      toBytes.set(bytes.view);
    },
  };
}

/** A table of approximately Gaussian noise, a power of two long, with a standard deviation of about 0.65. */
export function createNoiseTable(seed: number): Float32Array {
  const random = createRandom(seed ^ 0x9e3779b9);
  const noise = new Float32Array(1 << 16);
  for (let i = 0; i < noise.length; i++) noise[i] = (random() + random() + random() - 1.5) * 1.3;
  return noise;
}
