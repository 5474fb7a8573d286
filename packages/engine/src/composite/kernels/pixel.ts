import {
  codeSteps,
  f32,
  f32x4,
  i32,
  i32x4,
  linearSteps,
  loop,
  type Scope,
  type Statement,
  type Value,
  type Variable,
  when,
} from '@restage/pixels';
import { cubeStep, tableOffsets } from './lookup-tables.ts';

type I32 = Value<'i32'>;
type Vector = Value<'f32x4'>;
/** Three numbers of a pixel, red first. */
export type Three<T> = readonly [T, T, T];
export type Codes = Three<Variable<'i32'>>;

const { add, mul } = i32;
const all = (value: number): Vector => f32x4.const(value, value, value, value);
const one = all(1);
const { add: plus, sub: minus, mul: times } = f32x4;

/** `from` + (`to` − `from`) · `share`. */
export const mixed = (from: Vector, to: Vector, share: Vector): Vector =>
  plus(from, times(minus(to, from), share));

/** Applied to each of red, green and blue. */
export function three<T>(make: (channel: 0 | 1 | 2) => T): Three<T> {
  return [make(0), make(1), make(2)];
}

/** Code for single pixels that the blending kernels share. Vectors are red, green, blue and one spare lane. */
export function pixelCode(locals: Scope<never>['locals'], tables: I32, lut: I32) {
  const [x, y, z] = locals('f32', 3);
  const [high, middle, low] = locals('f32', 3);
  const [base, first, second] = locals('i32', 3);
  const [value] = locals('f32x4', 1);
  const [index, bright] = locals('i32x4', 2);

  const float = (part: keyof typeof tableOffsets, at: I32) =>
    f32.load(add(tables, mul(at, i32.const(4))), tableOffsets[part]);
  const node = (code: I32, step: number) =>
    mul(i32.load(add(tables, mul(code, i32.const(4))), tableOffsets.nodeByCode), i32.const(step));
  const shares = (a: Value<'f32'>, b: Value<'f32'>, c: Value<'f32'>, one: number, two: number) => [
    first.set(add(base, i32.const(one))),
    second.set(add(base, i32.const(one + two))),
    high.set(a),
    middle.set(b),
    low.set(c),
  ];

  /**
   * Table index of linear light of 0…1: added to 2²³, floats round to integers in the lowest bits. The mask also
   * keeps out-of-range values inside the tables.
   */
  const place = (linear: Vector): Value<'i32x4'> =>
    i32x4.bits(plus(times(linear, all(linearSteps)), all(2 ** 23)));
  const placed = (channel: number) => i32.and(i32x4.lane(index, channel), i32.const(linearSteps));
  const byte = (channel: number) => i32.load8(add(tables, placed(channel)), tableOffsets.linearToByte);

  return {
    /** Linear light of code values, 0…255 as floats. */
    linear: (codes: Vector, out: Variable<'f32x4'>): Statement[] => {
      const at = (c: number) => i32.and(i32x4.lane(index, c), i32.const(256 * codeSteps - 1));
      const [r, g, b] = three((c) => float('codeToLinear', at(c)));
      return [
        index.set(i32x4.bits(plus(times(codes, all(codeSteps)), all(2 ** 23)))),
        out.set(f32x4.withLane(f32x4.withLane(f32x4.splat(r), 1, g), 2, b)),
      ];
    },

    /** Code values in 256ths of linear light of 0…1. */
    fineCodes: (linear: Vector, out: Codes): Statement[] => [
      index.set(place(linear)),
      ...three((c) =>
        out[c].set(i32.load16(add(tables, mul(placed(c), i32.const(2))), tableOffsets.linearToFineCode)),
      ),
    ],

    /** Code values as bytes. */
    bytes: (linear: Vector, out: Codes): Statement[] => [
      index.set(place(linear)),
      ...three((c) => out[c].set(byte(c))),
    ],

    /** Linear light of a colour after the LUT, by tetrahedral interpolation: see `sampleLut`. */
    lookUp: ([r, g, b]: Codes, out: Variable<'f32x4'>): Statement[] => [
      base.set(add(add(lut, node(r, cubeStep.r)), add(node(g, cubeStep.g), node(b, cubeStep.b)))),
      x.set(float('fractionByCode', r)),
      y.set(float('fractionByCode', g)),
      z.set(float('fractionByCode', b)),
      when(
        f32.greater(x, y),
        [
          when(f32.greater(y, z), shares(x, y, z, cubeStep.r, cubeStep.g), [
            when(
              f32.greater(x, z),
              shares(x, z, y, cubeStep.r, cubeStep.b),
              shares(z, x, y, cubeStep.b, cubeStep.r),
            ),
          ]),
        ],
        [
          when(f32.greater(z, y), shares(z, y, x, cubeStep.b, cubeStep.g), [
            when(
              f32.greater(z, x),
              shares(y, z, x, cubeStep.g, cubeStep.b),
              shares(y, x, z, cubeStep.g, cubeStep.r),
            ),
          ]),
        ],
      ),
      out.set(
        plus(
          plus(
            times(f32x4.splat(f32.sub(f32.const(1), high)), f32x4.load(base)),
            times(f32x4.splat(f32.sub(high, middle)), f32x4.load(first)),
          ),
          plus(
            times(f32x4.splat(f32.sub(middle, low)), f32x4.load(second)),
            times(f32x4.splat(low), f32x4.load(base, cubeStep.r + cubeStep.g + cubeStep.b)),
          ),
        ),
      ),
    ],

    /** Gain, then a highlight shoulder above 0.8, then light wrap by screen blending, which can't exceed white. */
    shine: (colour: Vector, gain: Vector, wrap: Vector, out: Variable<'f32x4'>): Statement[] => [
      value.set(times(colour, gain)),
      bright.set(f32x4.greater(value, all(0.8))),
      when(i32x4.any(bright), [
        value.set(
          f32x4.select(
            bright,
            plus(all(0.8), f32x4.div(times(minus(value, all(0.8)), all(0.2)), minus(value, all(0.6)))),
            value,
          ),
        ),
      ]),
      out.set(minus(one, times(minus(one, value), minus(one, wrap)))),
    ],

    /**
     * Recovers the subject's colour in a pixel that it covers by `alpha`, from the clean colours of subject and old
     * background nearby. Changes `codes`.
     */
    part: (codes: Codes, alpha: Vector, subject: Vector, behind: Vector): Statement[] => {
      const [seenR, seenG, seenB] = three((c) => float('byteToLinear', codes[c]));
      const seen = f32x4.withLane(f32x4.withLane(f32x4.splat(seenR), 1, seenG), 2, seenB);
      const rest = minus(minus(seen, times(alpha, subject)), times(minus(one, alpha), behind));
      return [
        index.set(place(f32x4.min(f32x4.max(plus(subject, times(alpha, rest)), all(0)), one))),
        ...three((c) => codes[c].set(byte(c))),
      ];
    },
  };
}

/**
 * Code that samples a smaller grid bilinearly along full-size rows; see `buildGridSampler`.
 * @param grid address of the grid.
 * @param line address of space for a row of it, and a cell.
 * @param cell bytes of a cell.
 */
export function gridCode(
  locals: Scope<never>['locals'],
  reading: { readonly columns: I32; readonly rows: I32; readonly stride: I32 },
  grid: I32,
  line: I32,
  cell: number,
) {
  const [i, upper, at] = locals('i32', 3);
  const [share] = locals('f32x4', 1);
  const { columns, rows, stride } = reading;
  return {
    /** Interpolates the grid's rows at row `y` into `line`. */
    row: (y: I32): Statement[] => [
      upper.set(add(grid, i32.load(add(rows, mul(y, i32.const(8)))))),
      share.set(f32x4.loadSplat(add(rows, mul(y, i32.const(8))), 4)),
      loop(i, i32.const(0), stride, 16, [
        f32x4.store(
          add(line, i),
          mixed(f32x4.load(add(upper, i)), f32x4.load(add(add(upper, stride), i)), share),
        ),
      ]),
    ],
    /** All channels at column `x`, four to a variable. */
    at: (x: I32, ...channels: readonly Variable<'f32x4'>[]): Statement[] => [
      at.set(add(line, i32.load(add(columns, mul(x, i32.const(8)))))),
      share.set(f32x4.loadSplat(add(columns, mul(x, i32.const(8))), 4)),
      ...channels.map((four, n) =>
        four.set(mixed(f32x4.load(at, n * 16), f32x4.load(at, cell + n * 16), share)),
      ),
    ],
  };
}
