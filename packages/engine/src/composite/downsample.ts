import type { Size } from '@restage/contract';
import {
  codeSteps,
  codeToLinear,
  computeCellMeans,
  createSharedArenaFactory,
  f32,
  type Grid,
  i32,
  kernel,
  loop,
  resize,
  type Value,
} from '@restage/pixels';
import type { Plate } from './backdrop.ts';
import { three } from './kernels/pixel.ts';

type I32 = Value<'i32'>;
const { add, sub, mul } = i32;
const constant = i32.const;

/**
 * Adds the linear light of a plate's row to the sums of the larger cells, `cell` pixels wide, that contain it.
 * @param bytes size of a code value.
 * @param getTableIndex index in `codeToLinear` of the code value at an address.
 */
const gatherRow = (bytes: number, getTableIndex: (address: I32) => I32) =>
  kernel(
    ['codes', 'sums', 'width', 'cell', 'table'],
    ({ arguments: { codes, sums, width, cell, table }, locals }) => {
      const [x, from, to, left] = locals('i32', 4);
      return [
        from.set(codes),
        to.set(sums),
        left.set(cell),
        loop(x, constant(0), width, 1, [
          ...three((c) => {
            const linear = f32.load(
              add(table, mul(getTableIndex(add(from, constant(c * bytes))), constant(4))),
            );
            return f32.store(to, f32.add(f32.load(to, c * 4), linear), c * 4);
          }),
          from.set(add(from, constant(bytes * 3))),
          left.set(sub(left, constant(1))),
          to.set(i32.select(left, to, add(to, constant(12)))),
          left.set(i32.select(left, left, cell)),
        ]),
      ];
    },
  );

const gatherBytes = gatherRow(1, (at) => mul(i32.load8(at), constant(codeSteps)));
const gatherFloats = gatherRow(4, (at) =>
  f32.truncate(f32.add(f32.mul(f32.load(at), f32.const(codeSteps)), f32.const(0.5))),
);
const createArena = createSharedArenaFactory({ gatherBytes, gatherFloats });

/** Downsamples a plate to a coarse grid of linear light, by means of about a cell each. */
export function downsample(plate: Plate, { width, height }: Size): Grid {
  const cell = Math.max(1, Math.round(plate.width / width));
  return resize(shrinkPlate(plate, cell), width, height);
}

/** Means of `cell × cell` pixels of a plate, in linear light. */
export function shrinkPlate({ width, height, codes }: Plate, cell: number): Grid {
  const floats = width * 3;
  const stride = Math.ceil(width / cell) * 3;
  const sumCount = stride * Math.ceil(height / cell);
  const { kernels, ...arena } = createArena((floats + sumCount + codeToLinear.length) * 4 + 128);
  const table = arena.floats(codeToLinear.length);
  const sums = arena.floats(sumCount);
  const [row, gather] =
    codes instanceof Uint8Array
      ? [arena.bytes(floats), kernels.gatherBytes]
      : [arena.floats(floats), kernels.gatherFloats];
  table.view.set(codeToLinear);
  sums.view.fill(0);
  for (let y = 0; y < height; y++) {
    row.view.set(codes.subarray(y * floats, (y + 1) * floats));
    const to = sums.at + Math.floor(y / cell) * stride * 4;
    gather({ codes: row.at, sums: to, width, cell, table: table.at });
  }
  return computeCellMeans(sums.view, { width, height, channels: 3 }, cell);
}
