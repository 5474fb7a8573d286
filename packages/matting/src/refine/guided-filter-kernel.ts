import {
  createSharedArenaFactory,
  f32,
  f32x4,
  i32,
  i32x4,
  kernel,
  loop,
  type Value,
  when,
} from '@restage/pixels';

const { add, sub, mul } = i32;
const constant = i32.const;
const all = (value: number) => f32x4.const(value, value, value, value);
const cell = constant(16);

/** What holds for a cell's model whatever the codes: nothing, that it stays below `low`, or above `high`. */
export const modelKinds = { open: 0, empty: 1, full: 2 } as const;
/** Two cells of a kind, side by side. */
const both = (kind: number) => constant(kind * 0x0101);

/**
 * Evaluates one row of a guided filter's model. `upper` and `lower` are rows of cells of four floats: what each
 * channel's code is multiplied by, and what is added. They are mixed into `line` by the float at `down`; it has room
 * for one cell more. `upperKinds` and `lowerKinds` have one byte per cell, the last twice. `starts` has the first
 * pixel right of each cell's middle, and the width; `fractions` each pixel's position between its cell and the next,
 * 0…1. `first`, `second` and `third` are rows of codes; in the last two, consecutive codes are `step` bytes apart and
 * halved in number by `shift`. `values` has room for a row: each minus the first float at `ease`, times the second,
 * is written to `out` as 0…255.
 */
const guideRow = kernel(
  [
    ...(['upper', 'lower', 'down', 'columns', 'line', 'upperKinds', 'lowerKinds', 'starts'] as const),
    ...(['fractions', 'width', 'first', 'second', 'third', 'firstStep', 'step', 'shift'] as const),
    ...(['values', 'ease', 'eased', 'out'] as const),
  ],
  ({ arguments: given, locals }) => {
    const { upper, lower, columns, line, starts, fractions, width, values } = given;
    const [x, at, column, next, kind, other] = locals('i32', 6);
    const [fraction, from, step, product, low, range] = locals('f32x4', 6);
    const code = (row: Value<'i32'>, offset: Value<'i32'>) => f32.from(i32.load8(add(row, offset)));
    const lane = (n: number) => f32x4.lane(product, n);
    const value = add(values, mul(x, constant(4)));
    const first = i32.load(add(starts, mul(column, constant(4))));
    const flat = (level: number) => [loop(x, first, next, 1, [f32.store(value, f32.const(level))])];
    return [
      fraction.set(f32x4.loadSplat(given.down)),
      loop(at, constant(0), mul(columns, cell), 16, [
        from.set(f32x4.load(add(upper, at))),
        step.set(f32x4.sub(f32x4.load(add(lower, at)), from)),
        f32x4.store(add(line, at), f32x4.add(from, f32x4.mul(step, fraction))),
      ]),
      f32x4.store(add(line, at), f32x4.load(add(line, sub(at, cell)))),
      loop(column, constant(0), columns, 1, [
        next.set(i32.load(add(starts, mul(column, constant(4))), 4)),
        kind.set(
          i32.and(i32.load16(add(given.upperKinds, column)), i32.load16(add(given.lowerKinds, column))),
        ),
        when(i32.eq(kind, both(modelKinds.empty)), flat(0), [
          when(i32.eq(kind, both(modelKinds.full)), flat(1), [
            at.set(add(line, mul(column, cell))),
            from.set(f32x4.load(at)),
            step.set(f32x4.sub(f32x4.load(at, 16), from)),
            loop(x, first, next, 1, [
              fraction.set(f32x4.loadSplat(add(fractions, mul(x, constant(4))))),
              other.set(mul(i32.shiftRight(x, given.shift), given.step)),
              product.set(all(1)),
              product.set(f32x4.withLane(product, 0, code(given.first, mul(x, given.firstStep)))),
              product.set(f32x4.withLane(product, 1, code(given.second, other))),
              product.set(f32x4.withLane(product, 2, code(given.third, other))),
              product.set(f32x4.mul(product, f32x4.add(from, f32x4.mul(step, fraction)))),
              f32.store(value, f32.add(f32.add(f32.add(lane(0), lane(1)), lane(2)), lane(3))),
            ]),
          ]),
        ]),
      ]),
      low.set(f32x4.loadSplat(given.ease)),
      range.set(f32x4.loadSplat(given.ease, 4)),
      loop(x, constant(0), width, 4, [
        from.set(f32x4.mul(f32x4.sub(f32x4.load(value), low), range)),
        from.set(f32x4.min(f32x4.max(from, all(0)), all(1))),
        when(given.eased, [
          from.set(f32x4.mul(f32x4.mul(from, from), f32x4.sub(all(3), f32x4.mul(all(2), from)))),
        ]),
        from.set(f32x4.add(f32x4.mul(from, all(255)), all(0.5))),
        at.set(add(given.out, x)),
        ...[0, 1, 2, 3].map((n) => i32.store8(at, i32x4.lane(i32x4.truncate(from), n), n)),
      ]),
    ];
  },
);

/** An empty arena for so many bytes, with the guided filter's kernel. */
export const guideArena = createSharedArenaFactory({ guideRow });
