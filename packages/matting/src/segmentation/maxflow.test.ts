import { createRandom } from '@restage/pixels';
import { expect, test } from 'vitest';
import { cutGrid, type GridCut } from './maxflow.ts';

/** The cost of a labelling: the terminals it contradicts, and the edges it cuts. */
function getCost({ width, height, terminal, edgeWeights }: GridCut, label: (cell: number) => number): number {
  let cost = 0;
  for (let cell = 0; cell < width * height; cell++) {
    const value = terminal[cell] ?? 0;
    cost += label(cell) === 1 ? Math.max(0, -value) : Math.max(0, value);
    const [x, y] = [cell % width, Math.floor(cell / width)];
    for (const [k, [dx, dy]] of (
      [
        [1, 0],
        [1, 1],
        [0, 1],
        [-1, 1],
      ] as const
    ).entries()) {
      if (x + dx < 0 || x + dx >= width || y + dy >= height) continue;
      if (label(cell) !== label(cell + dx + dy * width)) cost += edgeWeights[cell * 4 + k] ?? 0;
    }
  }
  return cost;
}

test('the minimum cut costs as little as the best of all labellings', () => {
  const random = createRandom(12);
  for (let round = 0; round < 60; round++) {
    const [width, height] = [4, 3];
    const grid: GridCut = {
      width,
      height,
      terminal: Float64Array.from({ length: 12 }, () => (random() - 0.5) * 10),
      edgeWeights: Float32Array.from({ length: 48 }, () => random() * 4),
    };
    let best = Number.POSITIVE_INFINITY;
    for (let labels = 0; labels < 4096; labels++)
      best = Math.min(
        best,
        getCost(grid, (cell) => (labels >> cell) & 1),
      );
    const cut = cutGrid(grid);
    expect(getCost(grid, (cell) => cut[cell] ?? 0)).toBeCloseTo(best, 4);
  }
});
