import {
  type ColourStatistics,
  computeColourStatistics,
  createGrid,
  type Lut,
  type Picture,
  type View,
  viewPicture,
} from '@restage/pixels';
import type { PreparedScene } from '../prepare-scene.ts';
import { createBlend } from './blend.ts';
import { computeFields, createLightSlope, getCellSize } from './fields.ts';

/**
 * Statistics of the subject's colours, from one pixel in each cell of the coarse grid; undefined for an empty matte.
 * @param above the matte's threshold for subject.
 */
export function computeSubjectStatistics(
  { width, height, linear }: View,
  matte: Uint8Array | undefined,
  above = 127,
): ColourStatistics | undefined {
  const cell = getCellSize(width, height);
  const grid = createGrid(Math.ceil(width / cell), Math.ceil(height / cell), 3);
  const inside = new Uint8Array(grid.width * grid.height);
  const rgb = new Float32Array(3);
  for (let at = 0; at < inside.length; at++) {
    const x = (at % grid.width) * cell;
    const y = Math.floor(at / grid.width) * cell;
    inside[at] = matte === undefined || (matte[y * width + x] as number) > above ? 1 : 0;
    if (inside[at] === 0) continue;
    linear(x, y, rgb);
    grid.data.set(rgb, at * 3);
  }
  return computeColourStatistics(grid, (at) => inside[at] as number);
}

/**
 * Composites one frame, row by row.
 * @param matte one byte per pixel, 255 is subject; undefined relights the whole frame and replaces nothing.
 * @returns a function that writes one row as 8-bit sRGB.
 */
export function compositeRows(
  scene: PreparedScene,
  lut: Lut,
  frame: Picture,
  matte: Uint8Array | undefined,
): (y: number, out: Uint8Array) => void {
  const { width, height, data } = frame;
  const layers =
    matte === undefined
      ? {
          backdrop: undefined,
          light: createLightSlope(width, height, scene.key, scene.strength),
          colours: undefined,
        }
      : { backdrop: scene.backdrop, ...computeFields(viewPicture(frame), matte, scene) };
  return createBlend({ frame: data, matte, lut, ...layers }, width, height);
}
