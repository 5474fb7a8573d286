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
  const row = (y: number, out: Float32Array) => out.set(data.subarray(y * floats, (y + 1) * floats));
  return shrinkRows({ width, height, channels, row }, cell);
}

/** The same of pixels that come by rows. */
export function shrinkRows(
  source: Pick<Grid, 'width' | 'height' | 'channels'> & { row(y: number, out: Float32Array): void },
  cell: number,
): Grid {
  const { channels } = source;
  const width = Math.ceil(source.width / cell);
  const height = Math.ceil(source.height / cell);
  const out = createGrid(width, height, channels);
  const floats = source.width * channels;
  const { kernels, ...arena } = gridArena((floats + out.data.length) * 4 + 64);
  const row = arena.floats(floats);
  const target = arena.floats(out.data.length);
  target.view.fill(0);
  for (let y = 0; y < source.height; y++) {
    source.row(y, row.view);
    kernels.gatherRow({
      source: row.at,
      target: target.at + Math.floor(y / cell) * width * channels * 4,
      width: source.width,
      channels,
      cell,
    });
  }
  for (let y = 0, o = 0; y < height; y++) {
    const tall = Math.min(cell, source.height - y * cell);
    for (let x = 0; x < width; x++) {
      const count = tall * Math.min(cell, source.width - x * cell);
      for (let c = 0; c < channels; c++, o++) out.data[o] = (target.view[o] as number) / count;
    }
  }
  return out;
}
