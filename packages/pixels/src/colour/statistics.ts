import type { Grid } from '../math/blur.ts';
import { type Lab, rgbToLab } from './oklab.ts';

/** Three rows of three. */
export type Matrix = readonly [Lab, Lab, Lab];

/** Mean and covariance of colours in OKLab, and their total weight. */
export interface ColourStatistics {
  readonly mean: Lab;
  readonly covariance: Matrix;
  readonly weight: number;
}

/**
 * Statistics of a grid of linear RGB (channels 0…2), each cell weighted by `weight(cell)`.
 * @returns undefined if the total weight is 0.
 */
export function computeColourStatistics(
  grid: Grid,
  weight: (cell: number) => number,
): ColourStatistics | undefined {
  return computeStatistics(grid, weight, rgbToLab);
}

/** The same for a grid in OKLab. */
export function computeLabStatistics(
  grid: Grid,
  weight: (cell: number) => number,
): ColourStatistics | undefined {
  return computeStatistics(grid, weight, (lab) => lab);
}

function computeStatistics(
  grid: Grid,
  weight: (cell: number) => number,
  toLab: (colour: Lab) => Lab,
): ColourStatistics | undefined {
  const sums = new Float64Array(10);
  const cells = grid.width * grid.height;
  for (let cell = 0, i = 0; cell < cells; cell++, i += grid.channels) {
    const w = weight(cell);
    if (w <= 0) continue;
    const [l, a, b] = toLab([grid.data[i] as number, grid.data[i + 1] as number, grid.data[i + 2] as number]);
    addColour(sums, w, l, a, b);
  }
  const [w = 0, l = 0, a = 0, b = 0, ll = 0, la = 0, lb = 0, aa = 0, ab = 0, bb = 0] = sums;
  if (w < 1e-6) return undefined;
  const mean: Lab = [l / w, a / w, b / w];
  const spread = (sum: number, one: number, other: number) => sum / w - one * other;
  const cov = {
    la: spread(la, mean[0], mean[1]),
    lb: spread(lb, mean[0], mean[2]),
    ab: spread(ab, mean[1], mean[2]),
  };
  return {
    weight: w,
    mean,
    covariance: [
      [spread(ll, mean[0], mean[0]), cov.la, cov.lb],
      [cov.la, spread(aa, mean[1], mean[1]), cov.ab],
      [cov.lb, cov.ab, spread(bb, mean[2], mean[2])],
    ],
  };
}

function addColour(sums: Float64Array, w: number, l: number, a: number, b: number): void {
  sums[0] = (sums[0] as number) + w;
  sums[1] = (sums[1] as number) + w * l;
  sums[2] = (sums[2] as number) + w * a;
  sums[3] = (sums[3] as number) + w * b;
  sums[4] = (sums[4] as number) + w * (l * l);
  sums[5] = (sums[5] as number) + w * (l * a);
  sums[6] = (sums[6] as number) + w * (l * b);
  sums[7] = (sums[7] as number) + w * (a * a);
  sums[8] = (sums[8] as number) + w * (a * b);
  sums[9] = (sums[9] as number) + w * (b * b);
}
