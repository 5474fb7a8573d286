import type { Size } from '@restage/contract';
import type { Lut } from '../colour/lut.ts';
import { type Backdrop, linearise } from '../composite/backdrop.ts';
import { layReading, readingBytes } from '../composite/reading.ts';
import { cubeFloats, layTables, tableBytes } from '../composite/tables.ts';
import { coarseSize, type Fields } from '../light/fields.ts';
import { arenas } from '../wasm/arena.ts';
import { type Planes, planesFromRgb } from './planes.ts';
import { blendPlanesKernel, layLumas, lineNodes } from './planes-kernel.ts';

/** A plate for video: planes for where only it shows, linear light for the edge. */
export interface PlanesBackdrop {
  readonly planes: Planes;
  /** Writes row `y` in linear light, three floats a pixel. */
  linear(y: number, out: Float32Array): void;
}

/** Makes all rows of a backdrop, and once more when they are wanted in linear light: all of that need not stand twice. */
export function planesBackdrop({ width, height, row }: Backdrop): PlanesBackdrop {
  const floats = width * 3;
  const bytes = new Uint8Array(height * floats);
  const codes = new Float32Array(floats);
  for (let y = 0; y < height; y++) row(y, codes, bytes.subarray(y * floats, (y + 1) * floats));
  const unused = new Uint8Array(floats);
  return {
    planes: planesFromRgb({ width, height, data: bytes }),
    linear(y, out) {
      row(y, codes, unused);
      linearise(codes, out);
    },
  };
}

/** One frame's layers. A matte has one byte a pixel; without one the whole frame is the subject. */
export interface PlanesLayers {
  readonly frame: Planes;
  readonly matte: Uint8Array | undefined;
  readonly fields: Fields;
}

const arenaOf = arenas({ blendPlanes: blendPlanesKernel });
const chromaPairs = 65_536;
const lineFloats = chromaPairs * lineNodes * 4;

/**
 * Makes a blender for the frames of one job: the same composite as for images, on 4:2:0 planes without a detour
 * over RGB frames. The planes that it returns are the same ones every time.
 */
export function createPlanesBlend(
  size: Size,
  backdrop: PlanesBackdrop,
  lut: Lut,
): (layers: PlanesLayers) => Planes {
  const { width, height } = size;
  const pixels = width * height;
  const coarse = coarseSize(width, height);
  const { kernels, ...arena } = arenaOf(
    pixels * 16 +
      (chromaPairs + (lineFloats + cubeFloats) * 4 + tableBytes) +
      readingBytes(coarse, size, 2) +
      4096,
  );
  const tables = arena.bytes(tableBytes);
  const cube = arena.floats(cubeFloats);
  layTables(tables.view);
  cube.view.set(lut);
  const plate = arena.floats(pixels * 3);
  for (let y = 0; y < height; y++)
    backdrop.linear(y, plate.view.subarray(y * width * 3, (y + 1) * width * 3));
  const lumas = arena.integers(512);
  layLumas(lumas.view);
  const reading = layReading(arena, coarse, size);
  const [light, colours] = [reading.grid(), reading.grid()];
  const frame = arena.bytes(pixels * 1.5);
  const out = arena.bytes(pixels * 1.5);
  const matte = arena.bytes(pixels);
  const layout = {
    ...size,
    ...{ frame: frame.at, matte: matte.at, plate: plate.at, out: out.at },
    ...{ light: light.at, colours: colours.at, lightLine: reading.line().at, colourLine: reading.line().at },
    ...{ columns: reading.columns, rows: reading.rows, stride: reading.stride },
    ...{
      tables: tables.at,
      cube: cube.at,
      lumas: lumas.at,
      lines: arena.floats(lineFloats).at,
      known: arena.bytes(chromaPairs).at,
    },
  };
  return (layers) => {
    frame.view.set(layers.frame.data);
    if (layers.matte === undefined) matte.view.fill(255);
    else matte.view.set(layers.matte);
    light.view.set(layers.fields.light.data);
    if (layers.fields.colours !== undefined) colours.view.set(layers.fields.colours.data);
    // Most of a frame is plate: all of it is laid down first, then squares with something of the subject.
    out.view.set(backdrop.planes.data);
    kernels.blendPlanes(layout);
    return { ...size, data: out.view };
  };
}
