import { createGrid, type Grid } from './blur.ts';
import { clamp } from './scalar.ts';

/** Resamples bilinearly; meant for enlarging. */
export function resize(grid: Grid, width: number, height: number): Grid {
  if (grid.width === width && grid.height === height) return grid;
  const out = createGrid(width, height, grid.channels);
  const { channels } = grid;
  for (let y = 0, o = 0; y < height; y++) {
    const sy = clamp(((y + 0.5) * grid.height) / height - 0.5, 0, grid.height - 1);
    const top = Math.floor(sy);
    const fy = sy - top;
    const upper = top * grid.width * channels;
    const lower = Math.min(grid.height - 1, top + 1) * grid.width * channels;
    for (let x = 0; x < width; x++) {
      const sx = clamp(((x + 0.5) * grid.width) / width - 0.5, 0, grid.width - 1);
      const left = Math.floor(sx);
      const fx = sx - left;
      const l = left * channels;
      const r = Math.min(grid.width - 1, left + 1) * channels;
      for (let channel = 0; channel < channels; channel++, o++) {
        const a = grid.data[upper + l + channel] as number;
        const b = grid.data[upper + r + channel] as number;
        const c = grid.data[lower + l + channel] as number;
        const d = grid.data[lower + r + channel] as number;
        const above = a + (b - a) * fx;
        out.data[o] = above + (c + (d - c) * fx - above) * fy;
      }
    }
  }
  return out;
}

/** Means of `cell × cell` pixels. */
export function shrink(grid: Grid, cell: number): Grid {
  const width = Math.ceil(grid.width / cell);
  const height = Math.ceil(grid.height / cell);
  const out = createGrid(width, height, grid.channels);
  const counts = new Float32Array(width * height);
  for (let y = 0, i = 0; y < grid.height; y++) {
    const row = Math.floor(y / cell) * width;
    for (let x = 0; x < grid.width; x++) {
      const at = row + Math.floor(x / cell);
      counts[at] = (counts[at] as number) + 1;
      for (let c = 0; c < grid.channels; c++, i++) {
        const o = at * grid.channels + c;
        out.data[o] = (out.data[o] as number) + (grid.data[i] as number);
      }
    }
  }
  for (let o = 0; o < out.data.length; o++)
    out.data[o] = (out.data[o] as number) / (counts[Math.floor(o / grid.channels)] as number);
  return out;
}
