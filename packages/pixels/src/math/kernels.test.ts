import { describe, expect, test } from 'vitest';
import { boxBlur, createGrid, type Grid } from './blur.ts';
import { createRandom } from './random.ts';
import { resize, shrink } from './resample.ts';

const sizes = [
  [1, 1],
  [2, 3],
  [7, 5],
  [33, 18],
  [64, 31],
].flatMap(([width, height]) =>
  [1, 3, 4, 8, 13].map((channels) => [width ?? 0, height ?? 0, channels] as const),
);

/** Noise, and another grid in between, so that memory left by the last call does not help. */
function noise(width: number, height: number, channels: number): Grid {
  const random = createRandom(width * 31 + channels);
  const other = createGrid(width + 3, height + 2, channels + 1);
  boxBlur({ ...other, data: other.data.fill(1e9) }, 2);
  const grid = createGrid(width, height, channels);
  for (let i = 0; i < grid.data.length; i++) grid.data[i] = random() * 3 - 1;
  return grid;
}

const within = (value: number, end: number) => Math.max(0, Math.min(end - 1, value));

/** The reference: running sums in doubles, rounded to floats after each direction. */
function blurred({ width, height, channels, data }: Grid, reach: number): Float32Array {
  const scale = 1 / (reach * 2 + 1);
  const across = new Float32Array(data.length);
  const out = new Float32Array(data.length);
  for (let y = 0; y < height; y++) {
    for (let c = 0; c < channels; c++) {
      const at = (x: number) => (y * width + x) * channels + c;
      const value = (x: number) => data[at(within(x, width))] ?? 0;
      let sum = value(0) * reach;
      for (let x = 0; x < reach; x++) sum += value(x);
      for (let x = 0; x < width; x++) {
        sum += value(x + reach);
        across[at(x)] = sum * scale;
        sum -= value(x - reach);
      }
    }
  }
  for (let i = 0; i < width * channels; i++) {
    const value = (y: number) => across[within(y, height) * width * channels + i] ?? 0;
    let sum = 0;
    for (let y = -reach; y <= reach; y++) sum += value(y);
    for (let y = 0; y < height; y++) {
      out[y * width * channels + i] = sum * scale;
      sum = sum + value(y + reach + 1) - value(y - reach);
    }
  }
  return out;
}

describe.each(sizes)('%i × %i cells of %i channels', (width, height, channels) => {
  test.each([1, 2, 9])('boxBlur by %i gives exactly what the formula gives', (reach) => {
    const grid = noise(width, height, channels);
    const expected = blurred(grid, reach);
    boxBlur(grid, reach);
    expect(grid.data).toEqual(expected);
  });

  test('resize gives exactly what the formula gives when enlarging', () => {
    const grid = noise(width, height, channels);
    const [wide, tall] = [width * 2 + 1, height * 3 - 1];
    const { data } = resize(grid, wide, tall);
    for (let y = 0; y < tall; y++) {
      for (let x = 0; x < wide; x++) {
        const sx = Math.max(0, Math.min(width - 1, ((x + 0.5) * width) / wide - 0.5));
        const sy = Math.max(0, Math.min(height - 1, ((y + 0.5) * height) / tall - 0.5));
        const [left, top] = [Math.floor(sx), Math.floor(sy)];
        for (let c = 0; c < channels; c++) {
          const value = (cx: number, cy: number) =>
            grid.data[(within(cy, height) * width + within(cx, width)) * channels + c] ?? 0;
          const row = (cy: number) => value(left, cy) + (value(left + 1, cy) - value(left, cy)) * (sx - left);
          const expected = row(top) + (row(top + 1) - row(top)) * (sy - top);
          expect(data[(y * wide + x) * channels + c]).toBe(Math.fround(expected));
        }
      }
    }
  });

  test.each([2, 5])('shrink by %i gives exactly the means', (cell) => {
    const grid = noise(width, height, channels);
    const small = shrink(grid, cell);
    for (let y = 0; y < small.height; y++) {
      for (let x = 0; x < small.width; x++) {
        for (let c = 0; c < channels; c++) {
          let [sum, count] = [0, 0];
          for (let py = y * cell; py < Math.min(height, (y + 1) * cell); py++) {
            for (let px = x * cell; px < Math.min(width, (x + 1) * cell); px++, count++)
              sum = Math.fround(sum + (grid.data[(py * width + px) * channels + c] ?? 0));
          }
          expect(small.data[(y * small.width + x) * channels + c]).toBe(Math.fround(sum / count));
        }
      }
    }
  });
});
