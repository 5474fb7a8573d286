import type { Lut } from '../colour/lut.ts';
import { type ColourStatistics, colourStatistics } from '../colour/statistics.ts';
import { cellSize, frameFields, frameSlope } from '../light/fields.ts';
import { createGrid } from '../math/blur.ts';
import type { Stage } from '../scene/stage.ts';
import { blend } from './blend.ts';
import { type Picture, pictureView, type View } from './view.ts';

/** Colours of the subject, from one pixel in each cell of the coarse grid; undefined for an empty matte. */
export function subjectStatistics(
  { width, height, linear }: View,
  matte: Uint8Array | undefined,
): ColourStatistics | undefined {
  const cell = cellSize(width, height);
  const grid = createGrid(Math.ceil(width / cell), Math.ceil(height / cell), 3);
  const inside = new Uint8Array(grid.width * grid.height);
  const rgb = new Float32Array(3);
  for (let at = 0; at < inside.length; at++) {
    const x = (at % grid.width) * cell;
    const y = Math.floor(at / grid.width) * cell;
    inside[at] = matte === undefined || (matte[y * width + x] as number) > 127 ? 1 : 0;
    if (inside[at] === 0) continue;
    linear(x, y, rgb);
    grid.data.set(rgb, at * 3);
  }
  return colourStatistics(grid, (at) => inside[at] as number);
}

/**
 * Composites one frame.
 * @param matte one byte a pixel, 255 is subject; undefined relights the whole frame and replaces nothing.
 * @param out receives 8-bit sRGB of the frame's size.
 */
export function compositeFrame(
  stage: Stage,
  lut: Lut,
  frame: Picture,
  matte: Uint8Array | undefined,
  out: Uint8Array,
): void {
  const { width, height } = frame;
  if (matte === undefined) {
    const light = frameSlope(width, height, stage.key, stage.strength);
    blend(
      { frame: frame.data, matte, backdrop: undefined, lut, light, colours: undefined },
      width,
      height,
      out,
    );
    return;
  }
  const fields = frameFields(pictureView(frame), matte, stage);
  blend(
    { frame: frame.data, matte, backdrop: stage.backdrop, lut, light: fields.light, colours: fields.colours },
    width,
    height,
    out,
  );
}
