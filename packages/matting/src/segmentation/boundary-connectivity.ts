import { clamp, createGrid, type Grid } from '@restage/pixels';
import { type Border, getCenterPrior, softThreshold } from './saliency.ts';
import { computeSuperpixels, type Superpixels } from './superpixels.ts';

/** Numbers of patches that a picture is split into, one run after another: each size has errors elsewhere. */
const patchCounts = [100, 160, 260];

/**
 * Likelihood that each cell is subject, 0…1: a region that touches the frame's border only with a small part of its
 * outline is not background, whatever its colour (robust background detection, Zhu et al. 2014). Patches far in
 * colour from likely background tend to 1, likely background to 0, and similar neighbours to each other.
 */
export function computeBoundaryConnectivity(lab: Grid, border: Border): Grid {
  const { width, height } = lab;
  const out = createGrid(width, height, 1);
  for (const patches of patchCounts) {
    const value = computeLikelihoods(lab, border, patches);
    for (let p = 0; p < value.length; p++)
      out.data[p] = (out.data[p] as number) + (value[p] as number) / patchCounts.length;
  }
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++)
      out.data[p] = (out.data[p] as number) * (0.4 + 0.6 * getCenterPrior(x, y, width, height));
  }
  return softThreshold(out, 0.09);
}

function computeLikelihoods(lab: Grid, border: Border, patches: number): Float32Array {
  const superpixels = computeSuperpixels(lab, patches);
  const { count, labels } = superpixels;
  const { adjacent, onBorder } = findNeighbours(lab, superpixels, border);
  const distances = computeColourDistances(superpixels);
  const typicalStep = computeTypicalStep(distances, adjacent, count);
  const geodesics = computeGeodesics(distances, adjacent, onBorder, typicalStep, count);
  const background = computeBackgroundLikelihood(
    superpixels,
    geodesics,
    onBorder,
    clamp(typicalStep * 3, 0.05, 0.1),
  );
  const contrast = computeContrast(lab, superpixels, distances, background);
  const saliency = optimizeSaliency(
    distances,
    adjacent,
    background,
    contrast,
    clamp(typicalStep * 3, 0.05, 0.15),
    count,
  );
  const highest = saliency.reduce((high, value) => Math.max(high, value), 1e-9);
  return new Float32Array(labels).map((label) => (saliency[label] as number) / highest);
}

/** Which patches are adjacent, and which touch the frame's border. */
function findNeighbours({ width, height }: Grid, { count, labels }: Superpixels, border: Border) {
  const adjacent = new Uint8Array(count * count);
  const onBorder = new Uint8Array(count);
  const connect = (one: number, other: number) => {
    adjacent[one * count + other] = 1;
    adjacent[other * count + one] = 1;
  };
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const label = labels[p] as number;
      if (x + 1 < width) connect(label, labels[p + 1] as number);
      if (y + 1 < height) connect(label, labels[p + width] as number);
      if (border[p] === 1) onBorder[label] = 1;
    }
  }
  return { adjacent, onBorder };
}

/** Colour distances between all patches. */
function computeColourDistances({ count, means }: Superpixels): Float64Array {
  const distances = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++)
      distances[i * count + j] = Math.hypot(
        (means[i * 6] as number) - (means[j * 6] as number),
        (means[i * 6 + 1] as number) - (means[j * 6 + 1] as number),
        (means[i * 6 + 2] as number) - (means[j * 6 + 2] as number),
      );
  }
  return distances;
}

/** The mean distance of patches to their most similar neighbour: what texture alone causes. */
function computeTypicalStep(distances: Float64Array, adjacent: Uint8Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let least = 1;
    for (let j = 0; j < count; j++)
      if (i !== j && adjacent[i * count + j] === 1)
        least = Math.min(least, distances[i * count + j] as number);
    sum += least / count;
  }
  return sum;
}

/** Shortest paths between patches (Floyd and Warshall); all patches at the border are adjacent to each other. */
function computeGeodesics(
  distances: Float64Array,
  adjacent: Uint8Array,
  onBorder: Uint8Array,
  typicalStep: number,
  count: number,
): Float64Array {
  const geodesics = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const touch = adjacent[i * count + j] === 1 || (onBorder[i] === 1 && onBorder[j] === 1);
      geodesics[i * count + j] =
        i === j
          ? 0
          : touch
            ? Math.max(0, (distances[i * count + j] as number) - typicalStep)
            : Number.POSITIVE_INFINITY;
    }
  }
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < count; i++) {
      const first = geodesics[i * count + k] as number;
      if (first === Number.POSITIVE_INFINITY) continue;
      // Paths are symmetric: half of them suffice.
      for (let j = 0, ij = i * count, kj = k * count; j < i; j++, ij++, kj++) {
        const length = first + (geodesics[kj] as number);
        if (length >= (geodesics[ij] as number)) continue;
        geodesics[ij] = length;
        geodesics[j * count + i] = length;
      }
    }
  }
  return geodesics;
}

/** Likelihood of background per patch, 0…1: the border's share in the outline of its region. */
function computeBackgroundLikelihood(
  { count, means }: Superpixels,
  geodesics: Float64Array,
  onBorder: Uint8Array,
  sigma: number,
): Float64Array {
  const background = new Float64Array(count);
  const size = means.reduce((sum, value, i) => (i % 6 === 5 ? sum + value : sum), 0) / count;
  for (let i = 0; i < count; i++) {
    let [area, border] = [0, 0];
    for (let j = 0; j < count; j++) {
      const one = Math.exp(-((geodesics[i * count + j] as number) ** 2) / (2 * sigma * sigma));
      area += one * ((means[j * 6 + 5] as number) / size);
      if (onBorder[j] === 1) border += one;
    }
    const connectivity = border / Math.sqrt(Math.max(1e-6, area));
    background[i] = 1 - Math.exp(-(connectivity ** 2) / 2);
  }
  return background;
}

/** Colour distance of each patch from likely background, 0…1, weighted by nearness. */
function computeContrast(
  { width, height }: Grid,
  { count, means }: Superpixels,
  distances: Float64Array,
  background: Float64Array,
): Float64Array {
  const contrast = new Float64Array(count);
  const scale = Math.max(width, height);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) {
      const distance =
        Math.hypot(
          (means[i * 6 + 3] as number) - (means[j * 6 + 3] as number),
          (means[i * 6 + 4] as number) - (means[j * 6 + 4] as number),
        ) / scale;
      sum +=
        (distances[i * count + j] as number) *
        Math.exp(-(distance ** 2) / (2 * 0.4 ** 2)) *
        (background[j] as number);
    }
    contrast[i] = sum;
  }
  const highest = contrast.reduce((high, value) => Math.max(high, value), 1e-9);
  return contrast.map((value) => value / highest);
}

/** Minimizes the cost of Zhu et al.: background pulls to 0, contrast to 1, and similar neighbours to each other. */
function optimizeSaliency(
  distances: Float64Array,
  adjacent: Uint8Array,
  background: Float64Array,
  contrast: Float64Array,
  sigma: number,
  count: number,
): Float64Array {
  const neighbours = Array.from({ length: count }, (_, i) => {
    const touching: { readonly patch: number; readonly similarity: number }[] = [];
    for (let j = 0; j < count; j++) {
      if (adjacent[i * count + j] !== 1 || i === j) continue;
      const distance = distances[i * count + j] as number;
      touching.push({ patch: j, similarity: Math.exp(-(distance ** 2) / (2 * sigma * sigma)) + 0.1 });
    }
    return touching;
  });
  const value = contrast.slice();
  for (let iteration = 0; iteration < 80; iteration++) {
    for (const [i, touching] of neighbours.entries()) {
      const up = (contrast[i] as number) * (1 - (background[i] as number));
      let [sum, weight] = [up, up + (background[i] as number) + 1e-6];
      for (const { patch, similarity } of touching) {
        sum += similarity * (value[patch] as number);
        weight += similarity;
      }
      value[i] = sum / weight;
    }
  }
  return value;
}
