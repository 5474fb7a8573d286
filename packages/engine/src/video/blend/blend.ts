import type { Size } from '@restage/contract';
import { createArenaFactory, type Lut, type Planes, rgbToPlanes } from '@restage/pixels';
import { type Backdrop, linearize } from '../../composite/backdrop.ts';
import { type Fields, getCoarseSize } from '../../composite/fields.ts';
import { buildGridSampler, getSamplerBytes } from '../../composite/kernels/grid-sampler.ts';
import { cubeFloats, tableBytes, writeTables } from '../../composite/kernels/lookup-tables.ts';
import { blendPlanesKernel, lineNodes, writeLumaTable } from './planes-kernel.ts';

/** A backdrop for video: planes for where only it shows, linear light for the edge. */
export interface PlanesBackdrop {
  readonly planes: Planes;
  /** Writes row `y` in linear light, three floats a pixel. */
  linear(y: number, out: Float32Array): void;
}

/**
 * Computes all rows of a backdrop, and once more when they are needed in linear light, which is never in memory as a
 * whole.
 */
export function createPlanesBackdrop({ width, height, row }: Backdrop): PlanesBackdrop {
  const floats = width * 3;
  const bytes = new Uint8Array(height * floats);
  const codes = new Float32Array(floats);
  for (let y = 0; y < height; y++) row(y, codes, bytes.subarray(y * floats, (y + 1) * floats));
  const unused = new Uint8Array(floats);
  return {
    planes: rgbToPlanes({ width, height, data: bytes }),
    linear(y, out) {
      row(y, codes, unused);
      linearize(codes, out);
    },
  };
}

/** The layers of one frame. A matte has one byte per pixel; without one the whole frame is the subject. */
export interface PlanesLayers {
  readonly frame: Planes;
  readonly matte: Uint8Array | undefined;
  readonly fields: Fields;
}

const createArena = createArenaFactory({ blendPlanes: blendPlanesKernel });
const chromaPairs = 65_536;
const lineFloats = chromaPairs * lineNodes * 4;

/**
 * Creates a blender for the frames of one job: the same composite as for images, directly on 4:2:0 planes. It returns
 * the same planes every time.
 */
export function createPlanesBlend(
  size: Size,
  backdrop: PlanesBackdrop,
  lut: Lut,
): (layers: PlanesLayers) => Planes {
  const { width, height } = size;
  const pixels = width * height;
  const coarse = getCoarseSize(width, height);
  const { kernels, ...arena } = createArena(
    pixels * 16 +
      (chromaPairs + (lineFloats + cubeFloats) * 4 + tableBytes) +
      getSamplerBytes(coarse, size, 2) +
      4096,
  );
  const tables = arena.bytes(tableBytes);
  const cube = arena.floats(cubeFloats);
  writeTables(tables.view);
  cube.view.set(lut);
  const plate = arena.floats(pixels * 3);
  for (let y = 0; y < height; y++)
    backdrop.linear(y, plate.view.subarray(y * width * 3, (y + 1) * width * 3));
  const lumas = arena.integers(512);
  writeLumaTable(lumas.view);
  const reading = buildGridSampler(arena, coarse, size);
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
