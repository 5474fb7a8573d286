import { gridArena } from './kernels.ts';

/** A grid of floats, row by row, with `channels` floats per cell. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

export function createGrid(width: number, height: number, channels: number): Grid {
  return { width, height, channels, data: new Float32Array(width * height * channels) };
}

/**
 * Blurs in place with a box of `radius` cells in each direction, with edges repeated. Cost does not depend on the
 * radius. Several `passes` approximate a Gaussian; three are within 3 % of one.
 */
export function boxBlur(grid: Grid, radius: number, passes = 1): void {
  const reach = Math.floor(radius);
  if (reach < 1) return;
  const { width, height, channels, data } = grid;
  const floats = width * channels;
  const { kernels, ...arena } = gridArena(data.length * 8 + floats * 8 + 128);
  const cells = arena.floats(data.length);
  const rows = arena.floats(data.length);
  const sums = arena.doubles(floats);
  const scale = arena.doubles(1);
  cells.view.set(data);
  scale.view[0] = 1 / (reach * 2 + 1);
  for (let pass = 0; pass < passes; pass++) {
    for (let row = 0; row < height; row++) {
      const start = row * floats * 4;
      kernels.blurRow({
        source: cells.at + start,
        target: rows.at + start,
        width,
        channels,
        reach,
        scale: scale.at,
      });
    }
    sums.view.fill(0);
    kernels.blurColumns({
      source: rows.at,
      target: cells.at,
      sums: sums.at,
      floats,
      height,
      reach,
      scale: scale.at,
    });
  }
  data.set(cells.view);
}
