import { createGrid, type Grid } from './blur.ts';
import { gridArena } from './kernels.ts';
import { clamp } from './scalar.ts';

/** Resamples bilinearly; meant for enlarging. */
export function resize(grid: Grid, width: number, height: number): Grid {
  if (grid.width === width && grid.height === height) return grid;
  const out = createGrid(width, height, grid.channels);
  const { channels } = grid;
  const { kernels, ...arena } = gridArena((grid.data.length + out.data.length) * 4 + width * 16 + 256);
  const source = arena.floats(grid.data.length);
  const target = arena.floats(out.data.length);
  const across = arena.doubles(width);
  const down = arena.doubles(1);
  const lefts = arena.integers(width);
  const rights = arena.integers(width);
  source.view.set(grid.data);
  for (let x = 0; x < width; x++) {
    const sx = clamp(((x + 0.5) * grid.width) / width - 0.5, 0, grid.width - 1);
    const left = Math.floor(sx);
    lefts.view[x] = left * channels * 4;
    rights.view[x] = Math.min(grid.width - 1, left + 1) * channels * 4;
    across.view[x] = sx - left;
  }
  for (let y = 0; y < height; y++) {
    const sy = clamp(((y + 0.5) * grid.height) / height - 0.5, 0, grid.height - 1);
    const top = Math.floor(sy);
    down.view[0] = sy - top;
    kernels.resizeRow({
      upper: source.at + top * grid.width * channels * 4,
      lower: source.at + Math.min(grid.height - 1, top + 1) * grid.width * channels * 4,
      target: target.at + y * width * channels * 4,
      width,
      channels,
      lefts: lefts.at,
      rights: rights.at,
      across: across.at,
      down: down.at,
    });
  }
  out.data.set(target.view);
  return out;
}

/** Means of `cell × cell` pixels. */
export function shrink(grid: Grid, cell: number): Grid {
  const { width, height, channels, data } = grid;
  const floats = width * channels;
  const stride = Math.ceil(width / cell) * channels;
  const sumCount = stride * Math.ceil(height / cell);
  const { kernels, ...arena } = gridArena((floats + sumCount) * 4 + 64);
  const row = arena.floats(floats);
  const sums = arena.floats(sumCount);
  sums.view.fill(0);
  for (let y = 0; y < height; y++) {
    row.view.set(data.subarray(y * floats, (y + 1) * floats));
    const target = sums.at + Math.floor(y / cell) * stride * 4;
    kernels.gatherRow({ source: row.at, target, width, channels, cell });
  }
  return computeCellMeans(sums.view, grid, cell);
}

/**
 * Means from sums of `cell × cell` pixels of a grid of this size; cells at its right and lower edge may have fewer
 * pixels.
 */
export function computeCellMeans(sums: Float32Array, size: Omit<Grid, 'data'>, cell: number): Grid {
  const out = createGrid(Math.ceil(size.width / cell), Math.ceil(size.height / cell), size.channels);
  for (let y = 0; y < out.height; y++) divideRow(sums, out, y, size, cell);
  return out;
}

function divideRow(sums: Float32Array, out: Grid, y: number, size: Omit<Grid, 'data'>, cell: number): void {
  const { width, channels, data } = out;
  const rows = Math.min(cell, size.height - y * cell);
  const last = rows * (size.width - (width - 1) * cell);
  const start = y * width * channels;
  const edge = start + (width - 1) * channels;
  for (let i = start; i < edge; i++) data[i] = (sums[i] as number) / (rows * cell);
  for (let i = edge; i < edge + channels; i++) data[i] = (sums[i] as number) / last;
}
