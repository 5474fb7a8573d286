import { describe, expect, test } from 'vitest';
import { createGrid } from '../math/blur.ts';
import { createRandom } from '../math/random.ts';
import { poolShotStatistics } from './shot.ts';
import { type ColourStatistics, computeLabStatistics } from './statistics.ts';

describe('poolShotStatistics', () => {
  test('gives those of all pixels together, however many each frame shows', () => {
    const random = createRandom(4);
    const all = createGrid(60, 1, 3);
    for (let i = 0; i < all.data.length; i++) all.data[i] = 0.3 + 0.4 * random();
    const part = (from: number, to: number) =>
      computeLabStatistics(all, (cell) => (cell >= from && cell < to ? 1 : 0));
    const together = computeLabStatistics(all, () => 1) as ColourStatistics;
    const merged = poolShotStatistics([part(0, 7), part(7, 40), undefined, part(40, 60)]) as ColourStatistics;
    expect(merged.weight).toBe(60);
    for (const i of [0, 1, 2] as const) {
      expect(merged.mean[i]).toBeCloseTo(together.mean[i], 10);
      for (const j of [0, 1, 2] as const)
        expect(merged.covariance[i][j]).toBeCloseTo(together.covariance[i][j], 10);
    }
  });

  test('leaves out faded frames, unless the whole shot is as dark', () => {
    const of = (lightness: number): ColourStatistics => ({
      weight: 10,
      mean: [lightness, 0, 0],
      covariance: [
        [0, 0, 0],
        [0, 0, 0],
        [0, 0, 0],
      ],
    });
    expect(poolShotStatistics([of(0.02), of(0.6), of(0.7)])?.mean[0]).toBeCloseTo(0.65, 10);
    expect(poolShotStatistics([of(0.02), of(0.6)])?.mean[0]).toBeCloseTo(0.6, 10);
    expect(poolShotStatistics([of(0.02), of(0.03), of(0.02)])?.mean[0]).toBeCloseTo(0.0233, 3);
    expect(poolShotStatistics([undefined])).toBeUndefined();
  });
});
