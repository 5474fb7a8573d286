import { createGrid, createRandom, shrink } from '@restage/pixels';
import { expect, test } from 'vitest';
import { linearize } from './backdrop.ts';
import { shrinkPlate } from './downsample.ts';

test.each([
  [1, 1, 1],
  [1, 1, 5],
  [37, 22, 5],
  [40, 20, 4],
  [301, 7, 3],
])('a plate of %i × %i, shrunk by %i, is its linear light, shrunk', (width, height, cell) => {
  const random = createRandom(width);
  for (const codes of [new Uint8Array(width * height * 3), new Float32Array(width * height * 3)]) {
    for (let i = 0; i < codes.length; i++) codes[i] = random() * 255;
    codes[codes.length - 1] = 255;
    const grid = createGrid(width, height, 3);
    linearize(codes, grid.data);
    expect(shrinkPlate({ width, height, codes }, cell)).toEqual(shrink(grid, cell));
  }
});
