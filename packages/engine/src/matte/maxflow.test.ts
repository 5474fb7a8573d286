import { expect, test } from 'vitest';
import { randomFrom } from '../math/random.ts';
import { cutGrid, type GridCut } from './maxflow.ts';

/** What a labelling costs: the terminals it goes against, and the joins it parts. */
function costOf({ width, height, terminal, joins }: GridCut, label: (cell: number) => number): number {
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
      if (label(cell) !== label(cell + dx + dy * width)) cost += joins[cell * 4 + k] ?? 0;
    }
  }
  return cost;
}

test('the cut costs as little as the best of all labellings', () => {
  const random = randomFrom(12);
  for (let round = 0; round < 60; round++) {
    const [width, height] = [4, 3];
    const grid: GridCut = {
      width,
      height,
      terminal: Float64Array.from({ length: 12 }, () => (random() - 0.5) * 10),
      joins: Float32Array.from({ length: 48 }, () => random() * 4),
    };
    let best = Number.POSITIVE_INFINITY;
    for (let labels = 0; labels < 4096; labels++)
      best = Math.min(
        best,
        costOf(grid, (cell) => (labels >> cell) & 1),
      );
    const cut = cutGrid(grid);
    expect(costOf(grid, (cell) => cut[cell] ?? 0)).toBeCloseTo(best, 4);
  }
});
