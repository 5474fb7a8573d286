import {
  blueScale,
  chroma,
  f32,
  f32x4,
  i32,
  i32x4,
  kernel,
  loop,
  lumaB,
  lumaG,
  lumaR,
  lumaStep,
  redScale,
  type Statement,
  type Value,
  when,
} from '@restage/pixels';
import { fieldBytes } from '../../composite/kernels/grid-sampler.ts';
import { gridCode, mixed, pixelCode, type Three, three } from '../../composite/kernels/pixel.ts';

/** Nodes of a line: 32 intervals from black to white, as the cube's, and a few past both for what overshoots. */
const intervals = 32;
const below = 2;
export const lineNodes: number = intervals + below + 4;

/** For each luma code, the byte offset of the node below it in a line and the way to the next, 0…1. */
export function writeLumaTable(block: Int32Array): void {
  const ways = new Float32Array(block.buffer, block.byteOffset, block.length);
  for (let y = 0; y < 256; y++) {
    const place = Math.max(0, ((y - 16) * intervals) / 219 + below);
    block[y * 2] = Math.floor(place) * 16;
    ways[y * 2 + 1] = place - Math.floor(place);
  }
}

/** Codes in 256ths are weighed by integers; the sums of a pixel, and of a square, just fit 32 bits. */
const lumaBits = 23;
const chromaBits = 23;
export const lumaWeights = integers([lumaR, lumaG, lumaB], 2 ** (lumaBits - 8));
/** Of the sum of four. */
export const blueWeights = integers(
  [-0.2126 * blueScale, -0.7152 * blueScale, (1 - 0.0722) * blueScale],
  2 ** (chromaBits - 10),
);
export const redWeights = integers(
  [(1 - 0.2126) * redScale, -0.7152 * redScale, -0.0722 * redScale],
  2 ** (chromaBits - 10),
);

/** Rounded, so that they sum up to what the weights sum up to. */
function integers([r, g, b]: Three<number>, scale: number): Three<number> {
  const [first, last] = [Math.round(r * scale), Math.round(b * scale)];
  return [first, Math.round((r + g + b) * scale) - first - last, last];
}

const { add, sub, mul } = i32;
const constant = i32.const;
const lumaStart = constant(16.5 * 2 ** lumaBits);
const chromaStart = constant(128.5 * 2 ** chromaBits);
const splat = (value: Value<'f32'>) => f32x4.splat(value);
const all = (value: number) => f32x4.const(value, value, value, value);

/**
 * Blends a frame of 4:2:0 planes with a plate. Squares of four pixels share a chroma sample and the light on them; they
 * are left alone where the matte is empty, graded and lit where it is full, and parted and blended where it is neither.
 *
 * `lines` is the cube cut along luma, four floats a node: for each pair of chroma codes, graded linear light by luma.
 * Lines are cut as the pairs turn up and noted in `known`: a frame has millions of pixels and some thousand pairs.
 */
export const blendPlanesKernel = kernel(
  [
    'frame',
    'matte',
    'plate',
    'out',
    'width',
    'height',
    'light',
    'colours',
    'columns',
    'rows',
    'stride',
    'lightLine',
    'colourLine',
    'tables',
    'cube',
    'lines',
    'known',
    'lumas',
  ],
  ({ arguments: given, locals }) => {
    const { frame, matte, plate, out, width, height, columns, rows, stride, lines, known } = given;
    const [x, y, p, u, v] = locals('i32', 5);
    const [upper, lower, line, node, step, cover] = locals('i32', 6);
    const [gain, wrap, subject, behind] = locals('f32x4', 4);
    const [colour, tint, alpha] = locals('f32x4', 3);
    const code = locals('i32', 3);
    const shown = locals('i32', 3);
    const sums = locals('i32', 3);
    const pixel = pixelCode(locals, given.tables, given.cube);
    const reading = { columns, rows, stride };
    const light = gridCode(locals, reading, given.light, given.lightLine, fieldBytes);
    const colours = gridCode(locals, reading, given.colours, given.colourLine, fieldBytes);
    /** R′G′B′ codes of a luma, given as the float that it adds, and the chroma in `tint`. */
    const toRgbCodes = (level: Value<'f32'>): Statement[] => [
      colour.set(f32x4.min(f32x4.max(f32x4.add(f32x4.add(splat(level), tint), all(0.5)), all(0)), all(255))),
      ...three((c) => code[c].set(i32x4.lane(i32x4.truncate(colour), c))),
    ];
    const from128 = (value: Value<'i32'>) => splat(f32.from(sub(value, constant(128))));
    const readChroma: Statement[] = [
      tint.set(
        f32x4.add(
          f32x4.mul(from128(i32.load8(add(frame, u))), f32x4.const(...chroma.fromCb, 0)),
          f32x4.mul(from128(i32.load8(add(frame, v))), f32x4.const(...chroma.fromCr, 0)),
        ),
      ),
    ];

    const cutLine: Statement[] = [
      i32.store8(add(known, node), constant(1)),
      ...readChroma,
      loop(step, constant(0), constant(lineNodes), 1, [
        ...toRgbCodes(f32.mul(f32.from(sub(step, constant(below))), f32.const(255 / intervals))),
        ...pixel.lookUp(code, colour),
        f32x4.store(add(line, mul(step, constant(16))), colour),
      ]),
    ];

    /** Writes a pixel whose linear light is in `colour`. */
    const show = (at: Value<'i32'>): Statement[] => [
      ...pixel.fineCodes(colour, shown),
      ...three((c) => sums[c].set(add(sums[c], shown[c]))),
      i32.store8(
        at,
        i32.shiftRight(add(computeWeightedSum(shown, lumaWeights), lumaStart), constant(lumaBits)),
      ),
    ];
    const startSquare: Statement[] = [...light.at(x, gain, wrap), ...three((c) => sums[c].set(constant(0)))];
    const chromaCode = (weights: Three<number>) =>
      i32.shiftRight(add(computeWeightedSum(sums, weights), chromaStart), constant(chromaBits));
    const endSquare: Statement[] = [
      i32.store8(add(out, u), chromaCode(blueWeights)),
      i32.store8(add(out, v), chromaCode(redWeights)),
    ];

    /** The pixel of a square that stands `aside` and in the row at `row`. */
    const offset = (row: Value<'i32'>, aside: number) => add(add(row, x), constant(aside));
    const inner = (row: Value<'i32'>, aside: number): Statement[] => [
      p.set(offset(row, aside)),
      step.set(add(given.lumas, mul(i32.load8(add(frame, p)), constant(8)))),
      node.set(add(line, i32.load(step))),
      colour.set(mixed(f32x4.load(node), f32x4.load(node, 16), f32x4.loadSplat(step, 4))),
      ...pixel.shine(colour, gain, wrap, colour),
      ...show(add(out, p)),
    ];
    const edge = (row: Value<'i32'>, aside: number): Statement[] => [
      p.set(offset(row, aside)),
      cover.set(i32.load8(add(matte, p))),
      alpha.set(splat(f32.div(f32.from(cover), f32.const(255)))),
      ...toRgbCodes(f32.mul(f32.from(sub(i32.load8(add(frame, p)), constant(16))), f32.const(lumaStep))),
      when(i32.less(cover, constant(255)), pixel.part(code, alpha, subject, behind)),
      ...pixel.lookUp(code, colour),
      ...pixel.shine(colour, gain, wrap, colour),
      colour.set(mixed(f32x4.load(add(plate, mul(p, constant(12)))), colour, alpha)),
      colour.set(f32x4.min(f32x4.max(colour, all(0)), all(1))),
      ...show(add(out, p)),
    ];
    const four = (at: (row: Value<'i32'>, aside: number) => Statement[]) => [
      ...at(upper, 0),
      ...at(upper, 1),
      ...at(lower, 0),
      ...at(lower, 1),
    ];
    const pair = (row: Value<'i32'>) => i32.load16(add(matte, add(row, x)));

    return [
      u.set(mul(width, height)),
      v.set(add(u, i32.shiftRight(u, constant(2)))),
      loop(y, constant(0), height, 2, [
        upper.set(mul(y, width)),
        lower.set(add(upper, width)),
        ...light.row(y),
        ...colours.row(y),
        loop(x, constant(0), width, 2, [
          when(i32.or(pair(upper), pair(lower)), [
            ...startSquare,
            when(
              i32.eq(i32.and(pair(upper), pair(lower)), constant(0xffff)),
              [
                node.set(
                  i32.or(i32.shiftLeft(i32.load8(add(frame, u)), constant(8)), i32.load8(add(frame, v))),
                ),
                line.set(add(lines, mul(node, constant(lineNodes * 16)))),
                when(i32.eq(i32.load8(add(known, node)), constant(0)), cutLine),
                ...four(inner),
              ],
              [...colours.at(x, subject, behind), ...readChroma, ...four(edge)],
            ),
            ...endSquare,
          ]),
          u.set(add(u, constant(1))),
          v.set(add(v, constant(1))),
        ]),
      ]),
    ];
  },
);

function computeWeightedSum(values: Three<Value<'i32'>>, weights: Three<number>): Value<'i32'> {
  const [r, g, b] = three((c) => mul(values[c], constant(weights[c])));
  return add(add(r, g), b);
}
