import type { Grid } from '../math/blur.ts';

/** A mixture of Gaussians over three channels. */
export interface Mixture {
  /** −log likelihood of a colour; low where the model knows it. */
  cost(l: number, a: number, b: number): number;
}

interface Component {
  readonly mean: readonly [number, number, number];
  /** Inverse covariance: six numbers of a symmetric matrix. */
  readonly inverse: readonly [number, number, number, number, number, number];
  readonly constant: number;
}

/**
 * Fits a mixture to the cells with weight: clusters by splitting along the widest channel (Orchard and Bouman
 * 1991, channel for eigenvector), then two rounds of k-means; a Gaussian each.
 * @returns undefined when the cells weigh nothing.
 */
export function fitMixture(
  colours: Grid,
  weight: (cell: number) => number,
  components: number,
): Mixture | undefined {
  const cells: number[] = [];
  for (let cell = 0; cell < colours.width * colours.height; cell++) if (weight(cell) > 0) cells.push(cell);
  if (cells.length < 4) return undefined;
  let groups = split(colours, cells, components);
  for (let round = 0; round < 2; round++)
    groups = regroup(
      colours,
      cells,
      groups.map((group) => meanOf(colours, group)),
    );
  const fitted = groups
    .filter((group) => group.length > 0)
    .map((group) => gaussian(colours, group, group.length / cells.length));
  return {
    cost(l, a, b) {
      let best = Number.POSITIVE_INFINITY;
      for (const { mean, inverse, constant } of fitted) {
        const x = l - mean[0];
        const y = a - mean[1];
        const z = b - mean[2];
        const distance =
          inverse[0] * x * x +
          inverse[3] * y * y +
          inverse[5] * z * z +
          2 * (inverse[1] * x * y + inverse[2] * x * z + inverse[4] * y * z);
        const value = constant + distance / 2;
        if (value < best) best = value;
      }
      return best;
    },
  };
}

function at(colours: Grid, cell: number, channel: number): number {
  return colours.data[cell * 3 + channel] as number;
}

function meanOf(colours: Grid, group: readonly number[]): [number, number, number] {
  const mean: [number, number, number] = [0, 0, 0];
  for (const cell of group)
    for (const c of [0, 1, 2] as const) mean[c] += at(colours, cell, c) / group.length;
  return mean;
}

function split(colours: Grid, cells: readonly number[], count: number): number[][] {
  const groups: number[][] = [[...cells]];
  while (groups.length < count) {
    let widest = { spread: 0, group: 0, channel: 0 };
    for (const [group, members] of groups.entries()) {
      const mean = meanOf(colours, members);
      for (const channel of [0, 1, 2] as const) {
        const scale = channel === 0 ? 0.5 : 1.5;
        const spread = members.reduce(
          (sum, cell) => sum + ((at(colours, cell, channel) - mean[channel]) * scale) ** 2,
          0,
        );
        if (spread > widest.spread) widest = { spread, group, channel };
      }
    }
    const members = groups[widest.group];
    if (widest.spread === 0 || members === undefined) break;
    const middle = meanOf(colours, members)[widest.channel as 0 | 1 | 2];
    const low = members.filter((cell) => at(colours, cell, widest.channel) <= middle);
    const high = members.filter((cell) => at(colours, cell, widest.channel) > middle);
    if (low.length === 0 || high.length === 0) break;
    groups.splice(widest.group, 1, low, high);
  }
  return groups;
}

function regroup(
  colours: Grid,
  cells: readonly number[],
  means: readonly (readonly [number, number, number])[],
): number[][] {
  const groups: number[][] = means.map(() => []);
  for (const cell of cells) {
    let best = 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (const [n, mean] of means.entries()) {
      const distance =
        ((at(colours, cell, 0) - mean[0]) * 0.5) ** 2 +
        ((at(colours, cell, 1) - mean[1]) * 1.5) ** 2 +
        ((at(colours, cell, 2) - mean[2]) * 1.5) ** 2;
      if (distance < nearest) {
        nearest = distance;
        best = n;
      }
    }
    groups[best]?.push(cell);
  }
  return groups;
}

/** Variance that noise and compression put into any flat colour, in OKLab units. */
const floor = 3e-4;

function gaussian(colours: Grid, group: readonly number[], share: number): Component {
  const mean = meanOf(colours, group);
  let [ll, la, lb, aa, ab, bb] = [floor * 2, 0, 0, floor * 0.5, 0, floor * 0.5];
  for (const cell of group) {
    const x = at(colours, cell, 0) - mean[0];
    const y = at(colours, cell, 1) - mean[1];
    const z = at(colours, cell, 2) - mean[2];
    const n = group.length;
    ll += (x * x) / n;
    la += (x * y) / n;
    lb += (x * z) / n;
    aa += (y * y) / n;
    ab += (y * z) / n;
    bb += (z * z) / n;
  }
  const i0 = aa * bb - ab * ab;
  const i1 = lb * ab - la * bb;
  const i2 = la * ab - lb * aa;
  const determinant = ll * i0 + la * i1 + lb * i2;
  const inverse = [i0, i1, i2, ll * bb - lb * lb, la * lb - ll * ab, ll * aa - la * la].map(
    (value) => value / determinant,
  );
  const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = inverse;
  return { mean, inverse: [a, b, c, d, e, f], constant: -Math.log(share) + 0.5 * Math.log(determinant) };
}
