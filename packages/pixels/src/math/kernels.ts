import { createSharedArenaFactory } from '../wasm/arena.ts';
import { f32, f64, f64x2, i32, kernel, loop, type Value } from '../wasm/assemble.ts';

type I32 = Value<'i32'>;
const { add, sub, mul } = i32;
const constant = i32.const;
const min = (a: I32, b: I32) => i32.select(i32.less(a, b), a, b);
const max = (a: I32, b: I32) => i32.select(i32.less(a, b), b, a);
const wide = f64x2;

/**
 * These kernels take two channels at a time. If the number of channels is odd, the last pair reaches into the next
 * cell; what it writes there is overwritten when that cell is processed, which is always later.
 */
const pairStep = 2;

/** Box blur along one row. `scale` is the address of a double. */
const blurRow = kernel(
  ['source', 'target', 'width', 'channels', 'reach', 'scale'],
  ({ arguments: { source, target, width, channels, reach, scale }, locals }) => {
    const [pairs, x, from, to, stride, last] = locals('i32', 6);
    const [sum, by] = locals('f64x2', 2);
    const cell = (at: I32) => wide.loadFloats(add(from, mul(at, stride)));
    return [
      stride.set(mul(channels, constant(4))),
      last.set(sub(width, constant(1))),
      by.set(wide.both(scale)),
      loop(pairs, constant(0), channels, pairStep, [
        // From the last pair down to the first.
        from.set(mul(sub(i32.and(sub(channels, constant(1)), constant(-2)), pairs), constant(4))),
        to.set(add(target, from)),
        from.set(add(source, from)),
        sum.set(wide.mul(cell(constant(0)), wide.splat(f64.from(reach)))),
        loop(x, constant(0), reach, 1, [sum.set(wide.add(sum, cell(min(x, last))))]),
        loop(x, constant(0), width, 1, [
          sum.set(wide.add(sum, cell(min(add(x, reach), last)))),
          wide.storeFloats(add(to, mul(x, stride)), wide.mul(sum, by)),
          sum.set(wide.sub(sum, cell(max(sub(x, reach), constant(0))))),
        ]),
      ]),
    ];
  },
);

/** Box blur along all columns, one row at a time. `sums` has room for a double per float of a row. */
const blurColumns = kernel(
  ['source', 'target', 'sums', 'floats', 'height', 'reach', 'scale'],
  ({ arguments: { source, target, sums, floats, height, reach, scale }, locals }) => {
    const [i, y, at, entering, leaving, here] = locals('i32', 6);
    const [sum, by] = locals('f64x2', 2);
    const row = (index: I32) =>
      add(source, mul(min(max(index, constant(0)), sub(height, constant(1))), mul(floats, constant(4))));
    const float = (start: I32) => wide.loadFloats(add(start, mul(i, constant(4))));
    const total = add(sums, mul(i, constant(8)));
    return [
      by.set(wide.both(scale)),
      loop(y, sub(constant(0), reach), add(reach, constant(1)), 1, [
        at.set(row(y)),
        loop(i, constant(0), floats, pairStep, [wide.store(total, wide.add(wide.load(total), float(at)))]),
      ]),
      loop(y, constant(0), height, 1, [
        entering.set(row(add(y, add(reach, constant(1))))),
        leaving.set(row(sub(y, reach))),
        here.set(add(target, mul(y, mul(floats, constant(4))))),
        loop(i, constant(0), floats, pairStep, [
          sum.set(wide.load(total)),
          wide.storeFloats(add(here, mul(i, constant(4))), wide.mul(sum, by)),
          wide.store(total, wide.sub(wide.add(sum, float(entering)), float(leaving))),
        ]),
      ]),
    ];
  },
);

/**
 * One row of a bilinear resampling. For each cell of the row, `lefts` and `rights` hold byte offsets and `across` a
 * double; `down` is the address of a double.
 */
const resizeRow = kernel(
  ['upper', 'lower', 'target', 'width', 'channels', 'lefts', 'rights', 'across', 'down'],
  ({ arguments: { upper, lower, target, width, channels, lefts, rights, across, down }, locals }) => {
    const [x, c, left, right, to] = locals('i32', 5);
    const [above, below, fx, fy] = locals('f64x2', 4);
    const interpolate = (row: I32) => {
      const from = wide.loadFloats(add(add(row, left), c));
      return wide.add(from, wide.mul(wide.sub(wide.loadFloats(add(add(row, right), c)), from), fx));
    };
    return [
      fy.set(wide.both(down)),
      to.set(target),
      loop(x, constant(0), width, 1, [
        left.set(i32.load(add(lefts, mul(x, constant(4))))),
        right.set(i32.load(add(rights, mul(x, constant(4))))),
        fx.set(wide.both(add(across, mul(x, constant(8))))),
        loop(c, constant(0), mul(channels, constant(4)), pairStep * 4, [
          above.set(interpolate(upper)),
          below.set(interpolate(lower)),
          wide.storeFloats(add(to, c), wide.add(above, wide.mul(wide.sub(below, above), fy))),
        ]),
        to.set(add(to, mul(channels, constant(4)))),
      ]),
    ];
  },
);

/** Adds a row of cells to the sums of the larger cells, `cell` wide, that contain them. */
const gatherRow = kernel(
  ['source', 'target', 'width', 'channels', 'cell'],
  ({ arguments: { source, target, width, channels, cell }, locals }) => {
    const [x, c, from, to, left, at] = locals('i32', 6);
    return [
      from.set(source),
      to.set(target),
      left.set(cell),
      loop(x, constant(0), width, 1, [
        loop(c, constant(0), mul(channels, constant(4)), 4, [
          at.set(add(to, c)),
          f32.store(at, f32.add(f32.load(at), f32.load(add(from, c)))),
        ]),
        from.set(add(from, mul(channels, constant(4)))),
        left.set(sub(left, constant(1))),
        to.set(i32.select(left, to, add(to, mul(channels, constant(4))))),
        left.set(i32.select(left, left, cell)),
      ]),
    ];
  },
);

/** Returns an empty arena of at least this many bytes, with the kernels for grids. */
export const gridArena = createSharedArenaFactory({ blurRow, blurColumns, resizeRow, gatherRow });
