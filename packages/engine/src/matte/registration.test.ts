import { describe, expect, test } from 'vitest';
import { createGrid, type Grid } from '../math/blur.ts';
import { fractal, noiseFrom } from '../math/noise.ts';
import { randomFrom } from '../math/random.ts';
import { inverse, liesOn, placeOf, register, type Similarity, standing, warped } from './registration.ts';

const [width, height] = [256, 144];
const noise = noiseFrom(randomFrom(3));
const other = noiseFrom(randomFrom(4));

/** A scene as a camera sees it that has gone some way, and a disc in the middle that goes `aside` cells by itself. */
function seen(way: Similarity, aside = 0, scene = noise): Grid {
  const grid = createGrid(width, height, 3);
  const back = inverse(way);
  for (let p = 0; p < width * height; p++) {
    const [x, y] = placeOf(back, p % width, Math.floor(p / width), grid);
    const isDisc = Math.hypot((p % width) - 128 - aside, Math.floor(p / width) - 80) < 34;
    grid.data[p * 3] = isDisc
      ? 0.8 + fractal(other, ((p % width) - aside) / 9, p / width / 9, 2) * 0.2
      : 0.5 + fractal(scene, x / 22, y / 22, 3) * 0.4;
  }
  return grid;
}

const furthest = (one: Similarity, two: Similarity) =>
  Math.max(
    ...[
      [0, 0],
      [width - 1, 0],
      [0, height - 1],
      [width - 1, height - 1],
    ].map(([x = 0, y = 0]) => {
      const [a, b] = [
        placeOf(one, x, y, { width, height } as Grid),
        placeOf(two, x, y, { width, height } as Grid),
      ];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }),
  );

describe('the way of a camera is found to a fifth of a cell, past a subject that goes its own', () => {
  test.each<[string, Similarity, number]>([
    ['that stands', standing, 12],
    ['that goes by one cell', { turn: [1, 0], shift: [1 / width, 0] }, 8],
    ['that goes aside', { turn: [1, 0], shift: [19.4 / width, -6.2 / width] }, 0],
    [
      'that goes aside with the subject before it',
      { turn: [1, 0], shift: [-14.5 / width, 3 / width] },
      -14.5,
    ],
    ['that turns and comes nearer', { turn: [1.05, 0.03], shift: [4 / width, 2 / width] }, 5],
  ])('%s', (_, way, aside) => {
    const found = register(seen(standing), seen(way, aside));
    expect(furthest(found.way, way)).toBeLessThan(0.2);
    expect(liesOn(found)).toBe(true);
  });

  test('and pictures of two places do not lie on each other', () => {
    expect(liesOn(register(seen(standing), seen(standing, 0, noiseFrom(randomFrom(8)))))).toBe(false);
  });

  test('and a picture that is laid back shows what it showed, and what it does not show is marked', () => {
    const way: Similarity = { turn: [1, 0], shift: [20 / width, 0] };
    const [before, after] = [seen(standing), warped(seen(way, 20), way, -1)];
    const at = (grid: Grid, x: number, y: number) => grid.data[(y * width + x) * 3] as number;
    for (const [x, y] of [
      [30, 20],
      [128, 80],
      [200, 120],
    ] as const)
      expect(at(after, x, y)).toBeCloseTo(at(before, x, y), 2);
    expect(at(after, width - 3, 70)).toBe(-1);
  });
});
