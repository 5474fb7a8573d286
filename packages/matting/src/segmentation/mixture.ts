import type { Grid } from '@restage/pixels';

/** A mixture of Gaussians over three channels. */
export interface Mixture {
  /** −log likelihood of a colour; low for colours that the model knows. */
  cost(l: number, a: number, b: number): number;
}

interface Component {
  readonly mean: readonly [number, number, number];
  /** Inverse covariance: six numbers of a symmetric matrix. */
  readonly inverse: readonly [number, number, number, number, number, number];
  readonly constant: number;
}

/**
 * Fits a mixture to the cells with weight: clusters by splitting along the widest channel (Orchard and Bouman 1991,
 * with a channel in place of the eigenvector), then two rounds of k-means; one Gaussian each.
 * @returns undefined if fewer than four cells have weight.
 */
export function fitMixture(
  colours: Grid,
  weight: (cell: number) => number,
  components: number,
): Mixture | undefined {
  const chosen: number[] = [];
  for (let cell = 0; cell < colours.width * colours.height; cell++) if (weight(cell) > 0) chosen.push(cell);
  if (chosen.length < 4) return undefined;
  const cells = Int32Array.from(chosen);
  let groups = split(colours, cells, components);
  for (let round = 0; round < 2; round++)
    groups = assignToNearest(
      colours,
      cells,
      groups.map((group) => computeMean(colours, group)),
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

/** Cells of a picture. */
type Group = Int32Array;
type Mean = readonly [number, number, number];

function computeMean({ data }: Grid, group: Group): Mean {
  let [l, a, b] = [0, 0, 0];
  for (const cell of group) {
    l += (data[cell * 3] as number) / group.length;
    a += (data[cell * 3 + 1] as number) / group.length;
    b += (data[cell * 3 + 2] as number) / group.length;
  }
  return [l, a, b];
}

/** Weight of a difference in each channel. */
const weights = [0.5, 1.5, 1.5] as const;

/** The channel with the largest spread in a group, and that spread. */
function findWidestChannel({ data }: Grid, group: Group, mean: Mean) {
  let [l, a, b] = [0, 0, 0];
  for (const cell of group) {
    l += (((data[cell * 3] as number) - mean[0]) * weights[0]) ** 2;
    a += (((data[cell * 3 + 1] as number) - mean[1]) * weights[1]) ** 2;
    b += (((data[cell * 3 + 2] as number) - mean[2]) * weights[2]) ** 2;
  }
  if (l >= a && l >= b) return { spread: l, channel: 0, middle: mean[0] };
  return a >= b ? { spread: a, channel: 1, middle: mean[1] } : { spread: b, channel: 2, middle: mean[2] };
}

function split(colours: Grid, cells: Group, count: number): Group[] {
  const parts = (group: Group) => ({
    group,
    ...findWidestChannel(colours, group, computeMean(colours, group)),
  });
  const groups = [parts(cells)];
  while (groups.length < count) {
    const spreads = groups.map(({ spread }) => spread);
    const index = spreads.indexOf(Math.max(...spreads));
    const widest = groups[index];
    if (widest === undefined || widest.spread === 0) break;
    const { group, channel, middle } = widest;
    const upper = group.map((cell) => Number((colours.data[cell * 3 + channel] as number) > middle));
    const [low, high] = groupCells(group, upper, 2) as [Group, Group];
    if (low.length === 0 || high.length === 0) break;
    groups.splice(index, 1, parts(low), parts(high));
  }
  return groups.map(({ group }) => group);
}

function assignToNearest({ data }: Grid, cells: Group, means: readonly Mean[]): Group[] {
  const nearestMean = cells.map((cell) => {
    const l = data[cell * 3] as number;
    const a = data[cell * 3 + 1] as number;
    const b = data[cell * 3 + 2] as number;
    let best = 0;
    let nearest = Number.POSITIVE_INFINITY;
    for (let n = 0; n < means.length; n++) {
      const mean = means[n] as Mean;
      const distance =
        ((l - mean[0]) * weights[0]) ** 2 +
        ((a - mean[1]) * weights[1]) ** 2 +
        ((b - mean[2]) * weights[2]) ** 2;
      if (distance < nearest) {
        nearest = distance;
        best = n;
      }
    }
    return best;
  });
  return groupCells(cells, nearestMean, means.length);
}

/** Splits cells into groups, in order, by each cell's group index. */
function groupCells(cells: Group, groupIndex: Int32Array, count: number): Group[] {
  const sizes = new Int32Array(count);
  for (const group of groupIndex) sizes[group] = (sizes[group] as number) + 1;
  const groups = Array.from(sizes, (size) => new Int32Array(size));
  sizes.fill(0);
  for (let i = 0; i < cells.length; i++) {
    const group = groupIndex[i] as number;
    const place = sizes[group] as number;
    (groups[group] as Group)[place] = cells[i] as number;
    sizes[group] = place + 1;
  }
  return groups;
}

/** Variance from noise and compression in any flat colour, in OKLab units. */
const noiseFloor = 3e-4;

function gaussian(colours: Grid, group: Group, share: number): Component {
  const { data } = colours;
  const mean = computeMean(colours, group);
  const n = group.length;
  let [ll, la, lb, aa, ab, bb] = [noiseFloor * 2, 0, 0, noiseFloor * 0.5, 0, noiseFloor * 0.5];
  for (const cell of group) {
    const x = (data[cell * 3] as number) - mean[0];
    const y = (data[cell * 3 + 1] as number) - mean[1];
    const z = (data[cell * 3 + 2] as number) - mean[2];
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
