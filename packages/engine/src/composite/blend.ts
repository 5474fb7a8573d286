import {
  createArenaFactory,
  f32,
  f32x4,
  i32,
  kernel,
  type Lut,
  loop,
  type Statement,
  type Value,
  when,
} from '@restage/pixels';
import type { Backdrop } from './backdrop.ts';
import { type Fields, getCoarseSize } from './fields.ts';
import { buildGridSampler, fieldBytes, getSamplerBytes } from './kernels/grid-sampler.ts';
import { cubeFloats, tableBytes, writeTables } from './kernels/lookup-tables.ts';
import { gridCode, mixed, pixelCode, three } from './kernels/pixel.ts';

export interface Layers extends Fields {
  /** 8-bit sRGB, three bytes per pixel. */
  readonly frame: Uint8Array;
  /** One byte per pixel, 255 is subject; undefined if the whole frame is the subject. */
  readonly matte: Uint8Array | undefined;
  readonly backdrop: Backdrop | undefined;
  readonly lut: Lut;
}

const { add, mul } = i32;
const constant = i32.const;

/** Blends one row. Where the matte is empty, `out` is left as it is. */
const blendRow = kernel(
  [
    'frame',
    'matte',
    'plate',
    'out',
    'width',
    'y',
    'light',
    'colours',
    'columns',
    'rows',
    'stride',
    'lightLine',
    'colourLine',
    'tables',
    'cube',
  ],
  ({ arguments: given, locals }) => {
    const [x, cover, at] = locals('i32', 3);
    const [gain, wrap, subject, behind, colour, alpha, plate] = locals('f32x4', 7);
    const code = locals('i32', 3);
    const pixel = pixelCode(locals, given.tables, given.cube);
    const light = gridCode(locals, given, given.light, given.lightLine, fieldBytes);
    const colours = gridCode(locals, given, given.colours, given.colourLine, fieldBytes);
    const ifEdge = (body: readonly Statement[]) => when(i32.less(cover, constant(255)), body);
    const all = (value: number): Value<'f32x4'> => f32x4.const(value, value, value, value);
    return [
      ...light.row(given.y),
      ...colours.row(given.y),
      loop(x, constant(0), given.width, 1, [
        cover.set(i32.load8(add(given.matte, x))),
        when(cover, [
          at.set(mul(x, constant(3))),
          ...three((c) => code[c].set(i32.load8(add(given.frame, at), c))),
          ...light.at(x, gain, wrap),
          ifEdge([
            alpha.set(f32x4.splat(f32.div(f32.from(cover), f32.const(255)))),
            ...colours.at(x, subject, behind),
            ...pixel.part(code, alpha, subject, behind),
          ]),
          ...pixel.lookUp(code, colour),
          ...pixel.shine(colour, gain, wrap, colour),
          ifEdge([
            ...pixel.linear(f32x4.load(add(given.plate, mul(x, constant(12)))), plate),
            colour.set(f32x4.min(f32x4.max(mixed(plate, colour, alpha), all(0)), all(1))),
          ]),
          ...pixel.bytes(colour, code),
          ...three((c) => i32.store8(add(given.out, at), code[c], c)),
        ]),
      ]),
    ];
  },
);

const createArena = createArenaFactory({ blendRow });

/**
 * Creates a blender of the graded, lit subject over the backdrop: α·subject + (1 − α)·plate in linear light. In the
 * edge band, the old background is removed from each pixel before grading.
 * @returns a function that writes one row, 8-bit sRGB; rows may come in any order.
 */
export function createBlend(
  layers: Layers,
  width: number,
  height: number,
): (y: number, out: Uint8Array) => void {
  const { frame, matte, backdrop } = layers;
  const coarse = getCoarseSize(width, height);
  const size = { width, height };
  const { kernels, ...arena } = createArena(
    width * 19 + cubeFloats * 4 + tableBytes + getSamplerBytes(coarse, size, 2) + 512,
  );
  const [tables, cube] = [arena.bytes(tableBytes), arena.floats(cubeFloats)];
  writeTables(tables.view);
  cube.view.set(layers.lut);
  const reading = buildGridSampler(arena, coarse, size);
  const [light, colours] = [reading.grid(), reading.grid()];
  light.view.set(layers.light.data);
  if (layers.colours !== undefined) colours.view.set(layers.colours.data);
  const row = {
    frame: arena.bytes(width * 3),
    matte: arena.bytes(width),
    plate: arena.floats(width * 3),
    out: arena.bytes(width * 3),
  };
  const layout = {
    ...{ frame: row.frame.at, matte: row.matte.at, plate: row.plate.at, out: row.out.at, width },
    ...{ light: light.at, colours: colours.at, lightLine: reading.line().at, colourLine: reading.line().at },
    ...{ columns: reading.columns, rows: reading.rows, stride: reading.stride },
    ...{ tables: tables.at, cube: cube.at },
  };
  row.matte.view.fill(255);
  return (y, out) => {
    const [start, end] = [y * width, (y + 1) * width];
    row.frame.view.set(frame.subarray(start * 3, end * 3));
    if (matte !== undefined && backdrop !== undefined) {
      row.matte.view.set(matte.subarray(start, end));
      backdrop.row(y, row.plate.view, row.out.view);
    }
    kernels.blendRow({ ...layout, y });
    out.set(row.out.view);
  };
}
