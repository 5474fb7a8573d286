import { expect, test } from 'vitest';
import { createArenaFactory } from './arena.ts';
import { f32, f32x4, i32, kernel, loop, when } from './assemble.ts';

const store = (at: number, value: number) => i32.store8(i32.const(at), i32.const(value));

test('constants of every encoded length are read back', () => {
  const values = [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, -8192, 2 ** 31 - 1, -(2 ** 31)];
  const write = kernel(['out'], ({ arguments: { out } }) =>
    // A float holds each of these, or the nearest to it.
    values.map((value, n) => f32.store(i32.add(out, i32.const(n * 4)), f32.from(i32.const(value)))),
  );
  const { kernels, ...arena } = createArenaFactory({ write })(1000);
  const out = arena.floats(values.length);
  kernels.write({ out: out.at });
  expect([...out.view]).toEqual(values.map(Math.fround));
});

test('a loop counts up to its end, and runs not at all when it starts there', () => {
  const count = kernel(['out', 'from', 'end'], ({ arguments: { out, from, end }, locals }) => {
    const [i] = locals('i32', 1);
    return [
      loop(i, from, end, 3, [
        i32.store8(out, i32.add(i32.load8(out), i32.const(1))),
        when(i32.eq(i, from), [store(100, 7)], [store(101, 9)]),
      ]),
    ];
  });
  const run = (from: number, end: number) => {
    const { kernels, ...arena } = createArenaFactory({ count })(200);
    const bytes = arena.bytes(200);
    kernels.count({ out: 0, from, end });
    return [bytes.view[0], bytes.view[100], bytes.view[101]];
  };
  expect(run(2, 9)).toEqual([3, 7, 9]);
  expect(run(2, 5)).toEqual([1, 7, 0]);
  expect(run(-4, -4)).toEqual([0, 0, 0]);
  expect(run(5, 2)).toEqual([0, 0, 0]);
});

test('a mask selects lanes, and offsets are added to addresses', () => {
  const larger = kernel(['a', 'b', 'out'], ({ arguments: { a, b, out } }) => [
    f32x4.store(
      out,
      f32x4.select(f32x4.greater(f32x4.load(a, 300), f32x4.load(b)), f32x4.load(a, 300), f32x4.load(b)),
      16,
    ),
  ]);
  const { kernels, ...arena } = createArenaFactory({ larger })(2000);
  const [a, b, out] = [arena.floats(79), arena.floats(4), arena.floats(8)];
  a.view.set([1, -2, 3, 0], 75);
  b.view.set([0, 5, 2.5, 0.5]);
  kernels.larger({ a: a.at, b: b.at, out: out.at });
  expect([...out.view]).toEqual([0, 0, 0, 0, 1, 5, 3, 0.5]);
});
