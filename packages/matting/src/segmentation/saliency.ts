import { boxBlur, createGrid, type Grid, smoothstep } from '@restage/pixels';
import { fitMixture } from './mixture.ts';

/** The cells of a picture's edge where background is expected: 1 there. */
export type Border = Uint8Array;

/**
 * Likelihood that each cell is subject, 0…1: it differs from the border in colour, it can't be reached from the
 * border without a step in colour, and it is near the middle.
 */
export function computeSaliency(lab: Grid, border: Border): Grid {
  const { width, height } = lab;
  const borderContrast = stretchContrast(computeBorderContrast(lab, border), width, height);
  const barrier = stretchContrast(sumBarrierDistances(lab, border), width, height);
  const out = createGrid(width, height, 1);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const centerPrior = getCenterPrior(x, y, width, height);
      out.data[p] =
        (0.5 * (borderContrast.data[p] as number) + 0.5 * (barrier.data[p] as number)) *
          (0.35 + 0.75 * centerPrior) +
        0.55 * centerPrior;
    }
  }
  boxBlur(out, 2, 2);
  return softThreshold(out, 0.16);
}

/** Prior of a subject's position: 1 at the middle of the frame and slightly below it, 0 far from it. */
export function getCenterPrior(x: number, y: number, width: number, height: number): number {
  const dx = (x + 0.5 - width / 2) / height;
  const dy = Math.max(0, 0.56 - (y + 0.5) / height) + Math.max(0, (y + 0.5) / height - 0.66);
  return Math.exp(-(dx * dx * 3.8 + dy * dy * 3));
}

/** Splits values of 0…1 into two classes (Otsu), eased by `softness` to both sides of the threshold; in place. */
export function softThreshold(values: Grid, softness: number): Grid {
  const threshold = getOtsuThreshold(values.data);
  for (let p = 0; p < values.data.length; p++)
    values.data[p] = smoothstep(threshold - softness, threshold + softness, values.data[p] as number);
  return values;
}

export function markBorder({ width, height }: Grid): Border {
  const border = new Uint8Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      // Of the lower edge only the sides, the table or the floor: subjects stand at its middle.
      const isBeside = Math.abs(x + 0.5 - width / 2) > 0.36 * height;
      if (y < 2 || x < 2 || x >= width - 2 || (isBeside && y >= height - 2)) border[p] = 1;
    }
  }
  return border;
}

function computeBorderContrast(lab: Grid, border: Border): Float32Array {
  const model = fitMixture(lab, (cell) => border[cell] as number, 6);
  const out = new Float32Array(border.length);
  if (model === undefined) return out;
  for (let p = 0; p < out.length; p++) {
    out[p] = Math.min(
      40,
      model.cost(lab.data[p * 3] as number, lab.data[p * 3 + 1] as number, lab.data[p * 3 + 2] as number),
    );
  }
  return out;
}

/**
 * Minimum barrier distances to the border by raster scans (Zhang et al. 2015), with chroma weighted above lightness.
 */
function sumBarrierDistances(lab: Grid, border: Border): Float32Array {
  const total = new Float32Array(border.length);
  for (let channel = 0; channel < 3; channel++) {
    const distance = computeBarrierDistance(lab, channel, border);
    for (let p = 0; p < total.length; p++)
      total[p] = (total[p] as number) + (distance[p] as number) * (channel === 0 ? 0.6 : 2);
  }
  return total;
}

/** Minimum barrier distances of one channel to the border. */
export function computeBarrierDistance(
  { width, height, data, channels }: Grid,
  channel: number,
  border: Border,
): Float32Array {
  const cells = width * height;
  const value = new Float32Array(cells).map((_, p) => data[p * channels + channel] as number);
  const highest = value.slice();
  const lowest = value.slice();
  const distance = new Float32Array(border).map((seed) => (seed === 1 ? 0 : Number.POSITIVE_INFINITY));
  const relax = (p: number, q: number) => {
    const up = Math.max(highest[q] as number, value[p] as number);
    const down = Math.min(lowest[q] as number, value[p] as number);
    if ((distance[q] as number) === Number.POSITIVE_INFINITY || up - down >= (distance[p] as number)) return;
    distance[p] = up - down;
    highest[p] = up;
    lowest[p] = down;
  };
  for (let pass = 0; pass < 4; pass++) {
    const step = pass % 2 === 0 ? -1 : 1;
    for (let n = 0; n < cells; n++) {
      const p = step < 0 ? n : cells - 1 - n;
      const x = (p % width) + step;
      if (x >= 0 && x < width) relax(p, p + step);
      const q = p + step * width;
      if (q >= 0 && q < cells) relax(p, q);
    }
  }
  return distance;
}

/** Stretches values to 0…1 between the 5th and the 95th percentile. */
function stretchContrast(values: Float32Array, width: number, height: number): Grid {
  const sorted = values.slice().sort();
  const low = sorted[Math.floor(sorted.length * 0.05)] as number;
  const high = Math.max(low + 1e-4, sorted[Math.floor(sorted.length * 0.95)] as number);
  const out = createGrid(width, height, 1);
  for (let p = 0; p < values.length; p++)
    out.data[p] = Math.min(1, Math.max(0, ((values[p] as number) - low) / (high - low)));
  return out;
}

/** The threshold that separates values of 0…1 into two classes best (Otsu 1979). */
function getOtsuThreshold(values: Float32Array): number {
  const bins = new Float64Array(128);
  for (const value of values) {
    const bin = Math.min(127, Math.max(0, Math.floor(value * 128)));
    bins[bin] = (bins[bin] as number) + 1;
  }
  let total = 0;
  for (let n = 0; n < 128; n++) total += n * (bins[n] as number);
  let [below, sum, best, threshold] = [0, 0, -1, 0.5];
  for (let n = 0; n < 127; n++) {
    below += bins[n] as number;
    sum += n * (bins[n] as number);
    const above = values.length - below;
    if (below === 0 || above === 0) continue;
    const between = below * above * (sum / below - (total - sum) / above) ** 2;
    if (between > best) {
      best = between;
      threshold = (n + 1) / 128;
    }
  }
  return threshold;
}
