import type { Size } from '@restage/contract';
import {
  clamp,
  codeSteps,
  codeToLinear,
  createArenaFactory,
  createRandom,
  createSharedArenaFactory,
  encodeSrgb,
  f32,
  f32x4,
  type Grid,
  i8x16,
  i32,
  i32x4,
  kernel,
  loop,
} from '@restage/pixels';
import { compressHighlight } from '@restage/scenes';
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

/** Steps per unit of the square root of linear light, and the light above which a plate is white. */
const [rootSteps, maxLight] = [4096, 4];

/** Codes of linear light by its square root: dark codes, which lie close together, get as many steps as light ones. */
function tabulateCodes(tone: (light: number) => number): Float32Array {
  const count = Math.sqrt(maxLight) * rootSteps + 1;
  return Float32Array.from({ length: count }, (_, i) => {
    return encodeSrgb(clamp(tone((i / rootSteps) ** 2), 0, 1)) * 255;
  });
}

/** Looks up the codes of a row of linear light. A loop in JavaScript takes five times as long within a render. */
const encodeRow = kernel(
  ['light', 'codes', 'floats', 'table'],
  ({ arguments: { light, codes, floats, table }, locals }) => {
    const [i, at] = locals('i32', 2);
    const [index] = locals('i32x4', 1);
    const all = (level: number) => f32x4.const(level, level, level, level);
    const { add, max, min, mul, sqrt } = f32x4;
    const bounded = min(max(f32x4.load(i32.add(light, at)), all(0)), all(maxLight));
    const store = (lane: number) => {
      const offset = i32.mul(i32x4.lane(index, lane), i32.const(4));
      return f32.store(i32.add(codes, at), f32.load(i32.add(table, offset)), lane * 4);
    };
    return [
      loop(i, i32.const(0), floats, 4, [
        at.set(i32.mul(i, i32.const(4))),
        index.set(i32x4.truncate(add(mul(sqrt(bounded), all(rootSteps)), all(0.5)))),
        ...[store(0), store(1), store(2), store(3)],
      ]),
    ];
  },
);
const encodingArena = createSharedArenaFactory({ encodeRow });
const plainCodes = tabulateCodes((light) => light);
const paintedCodes = tabulateCodes(compressHighlight);

/** Converts a grid of linear light to a plate. What is brighter than white is white. */
export function linearToPlate(grid: Grid): Plate {
  return encodeGrid(grid, plainCodes);
}

/** Converts the light of a painted plate, and compresses its highlights. */
export function paintedToPlate(grid: Grid): Plate {
  return encodeGrid(grid, paintedCodes);
}

function encodeGrid({ width, height, data }: Grid, tableOfCodes: Float32Array): Plate {
  const floats = width * 3;
  const { kernels, ...arena } = encodingArena((floats * 2 + tableOfCodes.length) * 4 + 128);
  const [light, row] = [arena.floats(floats), arena.floats(floats)];
  const table = arena.floats(tableOfCodes.length);
  table.view.set(tableOfCodes);
  const codes = new Float32Array(data.length);
  for (let start = 0; start < data.length; start += floats) {
    light.view.set(data.subarray(start, start + floats));
    kernels.encodeRow({ light: light.at, codes: row.at, floats, table: table.at });
    codes.set(row.view, start);
  }
  return { width, height, codes };
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
