import type { Lut } from '../colour/lut.ts';
import { type ColourStatistics, colourStatistics } from '../colour/statistics.ts';
import { cellSize, frameFields, frameSlope } from '../light/fields.ts';
import { createGrid } from '../math/blur.ts';
import type { Stage } from '../scene/stage.ts';
import { createBlend } from './blend.ts';
import { type Picture, pictureView, type View } from './view.ts';

/**
 * Colours of the subject, from one pixel in each cell of the coarse grid; undefined for an empty matte.
 * @param above what the matte is over where the subject is.
 */
export function subjectStatistics(
  { width, height, linear }: View,
  matte: Uint8Array | undefined,
  above = 127,
): ColourStatistics | undefined {
  const cell = cellSize(width, height);
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
  return colourStatistics(grid, (at) => inside[at] as number);
}

/**
 * Composites one frame, a row at a time.
 * @param matte one byte a pixel, 255 is subject; undefined relights the whole frame and replaces nothing.
 * @returns writes one row as 8-bit sRGB.
 */
export function compositeRows(
  stage: Stage,
  lut: Lut,
  frame: Picture,
  matte: Uint8Array | undefined,
): (y: number, out: Uint8Array) => void {
  const { width, height, data } = frame;
  const layers =
    matte === undefined
      ? {
          backdrop: undefined,
          light: frameSlope(width, height, stage.key, stage.strength),
          colours: undefined,
        }
      : { backdrop: stage.backdrop, ...frameFields(pictureView(frame), matte, stage) };
  return createBlend({ frame: data, matte, lut, ...layers }, width, height);
}
