import { createGrid, type Grid } from '../math/blur.ts';
import { clamp } from '../math/scalar.ts';
import { type Border, middleness, parted } from './saliency.ts';
import { type Superpixels, superpixelsOf } from './superpixels.ts';

/** Patches that a picture is parted into, one reading after another: each size errs elsewhere. */
const scales = [100, 160, 260];

/**
 * How likely each cell is of the subject, 0…1: what reaches the border of the frame only with a small part of its outline is
 * not background, however it looks (robust background detection, Zhu et al. 2014). Patches far in colour from likely
 * background are drawn to 1, likely background to 0, alike neighbours together.
 */
export function connectedness(lab: Grid, border: Border): Grid {
  const { width, height } = lab;
  const out = createGrid(width, height, 1);
  for (const patches of scales) {
    const value = likelihoods(lab, border, patches);
    for (let p = 0; p < value.length; p++)
      out.data[p] = (out.data[p] as number) + (value[p] as number) / scales.length;
  }
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++)
      out.data[p] = (out.data[p] as number) * (0.4 + 0.6 * middleness(x, y, width, height));
  }
  return parted(out, 0.09);
}

function likelihoods(lab: Grid, border: Border, patches: number): Float32Array {
  const superpixels = superpixelsOf(lab, patches);
  const { count, labels } = superpixels;
  const { joined, onBorder } = neighbours(lab, superpixels, border);
  const apart = distances(superpixels);
  const typical = typicalStep(apart, joined, count);
  const reach = geodesics(apart, joined, onBorder, typical, count);
  const background = backgroundOf(superpixels, reach, onBorder, clamp(typical * 3, 0.05, 0.1));
  const contrast = contrastOf(lab, superpixels, apart, background);
  const settled = settle(apart, joined, background, contrast, clamp(typical * 3, 0.05, 0.15), count);
  const most = settled.reduce((high, value) => Math.max(high, value), 1e-9);
  return Float32Array.from(labels, (label) => (settled[label] as number) / most);
}

/** Which patches touch, and which stand on the frame's border. */
function neighbours({ width, height }: Grid, { count, labels }: Superpixels, border: Border) {
  const joined = new Uint8Array(count * count);
  const onBorder = new Uint8Array(count);
  const join = (one: number, other: number) => {
    joined[one * count + other] = 1;
    joined[other * count + one] = 1;
  };
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const label = labels[p] as number;
      if (x + 1 < width) join(label, labels[p + 1] as number);
      if (y + 1 < height) join(label, labels[p + width] as number);
      if (border[p] === 1) onBorder[label] = 1;
    }
  }
  return { joined, onBorder };
}

/** Colour distances between all patches. */
function distances({ count, means }: Superpixels): Float64Array {
  const apart = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++)
      apart[i * count + j] = Math.hypot(
        (means[i * 6] as number) - (means[j * 6] as number),
        (means[i * 6 + 1] as number) - (means[j * 6 + 1] as number),
        (means[i * 6 + 2] as number) - (means[j * 6 + 2] as number),
      );
  }
  return apart;
}

/** The mean over patches of the step to the neighbour that is most alike: what texture alone makes. */
function typicalStep(apart: Float64Array, joined: Uint8Array, count: number): number {
  let sum = 0;
  for (let i = 0; i < count; i++) {
    let least = 1;
    for (let j = 0; j < count; j++)
      if (i !== j && joined[i * count + j] === 1) least = Math.min(least, apart[i * count + j] as number);
    sum += least / count;
  }
  return sum;
}

/** Least sums of steps from patch to patch (Floyd and Warshall); the border's patches all touch each other. */
function geodesics(
  apart: Float64Array,
  joined: Uint8Array,
  onBorder: Uint8Array,
  typical: number,
  count: number,
): Float64Array {
  const reach = new Float64Array(count * count);
  for (let i = 0; i < count; i++) {
    for (let j = 0; j < count; j++) {
      const touch = joined[i * count + j] === 1 || (onBorder[i] === 1 && onBorder[j] === 1);
      reach[i * count + j] =
        i === j
          ? 0
          : touch
            ? Math.max(0, (apart[i * count + j] as number) - typical)
            : Number.POSITIVE_INFINITY;
    }
  }
  for (let k = 0; k < count; k++) {
    for (let i = 0; i < count; i++) {
      const first = reach[i * count + k] as number;
      if (first === Number.POSITIVE_INFINITY) continue;
      // Ways are as long back as forth: half of them are looked at.
      for (let j = 0, ij = i * count, kj = k * count; j < i; j++, ij++, kj++) {
        const way = first + (reach[kj] as number);
        if (way >= (reach[ij] as number)) continue;
        reach[ij] = way;
        reach[j * count + i] = way;
      }
    }
  }
  return reach;
}

/** 0…1 a patch: how likely background it is, by the border's share in the outline of what it is one with. */
function backgroundOf(
  { count, means }: Superpixels,
  reach: Float64Array,
  onBorder: Uint8Array,
  sigma: number,
): Float64Array {
  const background = new Float64Array(count);
  const size = means.reduce((sum, value, i) => (i % 6 === 5 ? sum + value : sum), 0) / count;
  for (let i = 0; i < count; i++) {
    let [area, border] = [0, 0];
    for (let j = 0; j < count; j++) {
      const one = Math.exp(-((reach[i * count + j] as number) ** 2) / (2 * sigma * sigma));
      area += one * ((means[j * 6 + 5] as number) / size);
      if (onBorder[j] === 1) border += one;
    }
    const connectivity = border / Math.sqrt(Math.max(1e-6, area));
    background[i] = 1 - Math.exp(-(connectivity ** 2) / 2);
  }
  return background;
}

/** 0…1 a patch: its distance in colour from likely background, the near more than the far. */
function contrastOf(
  { width, height }: Grid,
  { count, means }: Superpixels,
  apart: Float64Array,
  background: Float64Array,
): Float64Array {
  const contrast = new Float64Array(count);
  const scale = Math.max(width, height);
  for (let i = 0; i < count; i++) {
    let sum = 0;
    for (let j = 0; j < count; j++) {
      const away =
        Math.hypot(
          (means[i * 6 + 3] as number) - (means[j * 6 + 3] as number),
          (means[i * 6 + 4] as number) - (means[j * 6 + 4] as number),
        ) / scale;
      sum +=
        (apart[i * count + j] as number) *
        Math.exp(-(away ** 2) / (2 * 0.4 ** 2)) *
        (background[j] as number);
    }
    contrast[i] = sum;
  }
  const most = contrast.reduce((high, value) => Math.max(high, value), 1e-9);
  return contrast.map((value) => value / most);
}

/** The values 0…1 that cost least: background pulls to 0, contrast to 1, neighbours to each other by their likeness. */
function settle(
  apart: Float64Array,
  joined: Uint8Array,
  background: Float64Array,
  contrast: Float64Array,
  sigma: number,
  count: number,
): Float64Array {
  const neighboursOf = Array.from({ length: count }, (_, i) => {
    const touching: { readonly patch: number; readonly pull: number }[] = [];
    for (let j = 0; j < count; j++) {
      if (joined[i * count + j] !== 1 || i === j) continue;
      const distance = apart[i * count + j] as number;
      touching.push({ patch: j, pull: Math.exp(-(distance ** 2) / (2 * sigma * sigma)) + 0.1 });
    }
    return touching;
  });
  const value = contrast.slice();
  for (let sweep = 0; sweep < 80; sweep++) {
    for (const [i, touching] of neighboursOf.entries()) {
      const up = (contrast[i] as number) * (1 - (background[i] as number));
      let [sum, weight] = [up, up + (background[i] as number) + 1e-6];
      for (const { patch, pull } of touching) {
        sum += pull * (value[patch] as number);
        weight += pull;
      }
      value[i] = sum / weight;
    }
  }
  return value;
}
