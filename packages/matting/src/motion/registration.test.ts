import { createGrid, createNoise, createRandom, fractal, type Grid } from '@restage/pixels';
import { describe, expect, test } from 'vitest';
import {
  applyTransform,
  identity,
  invert,
  isAligned,
  register,
  type Similarity,
  warp,
} from './registration.ts';

const [width, height] = [256, 144];
const noise = createNoise(createRandom(3));
const discNoise = createNoise(createRandom(4));

/** A scene as seen by a camera with this transform, and a disc in the middle that moves `aside` cells by itself. */
function warpedData(transform: Similarity, aside = 0, scene = noise): Grid {
  const grid = createGrid(width, height, 3);
  const inverse = invert(transform);
  for (let p = 0; p < width * height; p++) {
    const [x, y] = applyTransform(inverse, p % width, Math.floor(p / width), grid);
    const isDisc = Math.hypot((p % width) - 128 - aside, Math.floor(p / width) - 80) < 34;
    grid.data[p * 3] = isDisc
      ? 0.8 + fractal(discNoise, ((p % width) - aside) / 9, p / width / 9, 2) * 0.2
      : 0.5 + fractal(scene, x / 22, y / 22, 3) * 0.4;
  }
  return grid;
}

const getMaxDistance = (one: Similarity, two: Similarity) =>
  Math.max(
    ...[
      [0, 0],
      [width - 1, 0],
      [0, height - 1],
      [width - 1, height - 1],
    ].map(([x = 0, y = 0]) => {
      const [a, b] = [
        applyTransform(one, x, y, { width, height } as Grid),
        applyTransform(two, x, y, { width, height } as Grid),
      ];
      return Math.hypot(a[0] - b[0], a[1] - b[1]);
    }),
  );

describe('register finds the camera’s transform to a fifth of a cell, despite a subject that moves by itself', () => {
  test.each<[string, Similarity, number]>([
    ['a static camera', identity, 12],
    ['a camera that moves by one cell', { rotationScale: [1, 0], shift: [1 / width, 0] }, 8],
    ['a camera that pans', { rotationScale: [1, 0], shift: [19.4 / width, -6.2 / width] }, 0],
    [
      'a camera that pans with its subject',
      { rotationScale: [1, 0], shift: [-14.5 / width, 3 / width] },
      -14.5,
    ],
    ['a camera that rotates and zooms in', { rotationScale: [1.05, 0.03], shift: [4 / width, 2 / width] }, 5],
  ])('%s', (_, transform, aside) => {
    const registration = register(warpedData(identity), warpedData(transform, aside));
    expect(getMaxDistance(registration.transform, transform)).toBeLessThan(0.2);
    expect(isAligned(registration)).toBe(true);
  });

  test('pictures of two places are not aligned', () => {
    expect(
      isAligned(register(warpedData(identity), warpedData(identity, 0, createNoise(createRandom(8))))),
    ).toBe(false);
  });

  test('a warped picture shows the same detail, and marks what it has no value for', () => {
    const transform: Similarity = { rotationScale: [1, 0], shift: [20 / width, 0] };
    const [before, after] = [warpedData(identity), warp(warpedData(transform, 20), transform, -1)];
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
