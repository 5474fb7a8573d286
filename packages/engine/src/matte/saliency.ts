import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { smoothstep } from '../math/scalar.ts';
import { fitMixture } from './mixture.ts';

/** The cells of a picture's edge that background is expected in, 1 there. */
export type Border = Uint8Array;

/**
 * Where a subject likely is, 0…1 a cell: what differs from the border in colour, what can't be reached from
 * the border without a step in colour, and what stands towards the middle.
 */
export function saliencyOf(lab: Grid, border: Border): Grid {
  const { width, height } = lab;
  const foreign = stretch(foreignness(lab, border), width, height);
  const barrier = stretch(barriers(lab, border), width, height);
  const out = createGrid(width, height, 1);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const middle = middleness(x, y, width, height);
      out.data[p] =
        (0.5 * (foreign.data[p] as number) + 0.5 * (barrier.data[p] as number)) * (0.35 + 0.75 * middle) +
        0.55 * middle;
    }
  }
  boxBlur(out, 2, 2);
  return parted(out, 0.16);
}

/** 1 towards the middle, and somewhat below it, of the frame; 0 far from it. */
export function middleness(x: number, y: number, width: number, height: number): number {
  const dx = (x + 0.5 - width / 2) / height;
  const dy = Math.max(0, 0.56 - (y + 0.5) / height) + Math.max(0, (y + 0.5) / height - 0.66);
  return Math.exp(-(dx * dx * 3.8 + dy * dy * 3));
}

/** Values in 0…1 parted into two classes, eased over `softness` to both sides of the threshold; in place. */
export function parted(values: Grid, softness: number): Grid {
  const threshold = otsu(values.data);
  for (let p = 0; p < values.data.length; p++)
    values.data[p] = smoothstep(threshold - softness, threshold + softness, values.data[p] as number);
  return values;
}

export function borderOf({ width, height }: Grid): Border {
  const border = new Uint8Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      // Of the lower edge only the sides, the table or the floor: subjects stand on its middle.
      const aside = Math.abs(x + 0.5 - width / 2) > 0.36 * height;
      if (y < 2 || x < 2 || x >= width - 2 || (aside && y >= height - 2)) border[p] = 1;
    }
  }
  return border;
}

function foreignness(lab: Grid, border: Border): Float32Array {
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

/** Minimum barrier distances to the border by raster scans (Zhang et al. 2015), chroma weighted over lightness. */
function barriers(lab: Grid, border: Border): Float32Array {
  const total = new Float32Array(border.length);
  for (let channel = 0; channel < 3; channel++) {
    const distance = barrierDistance(lab, channel, border);
    for (let p = 0; p < total.length; p++)
      total[p] = (total[p] as number) + (distance[p] as number) * (channel === 0 ? 0.6 : 2);
  }
  return total;
}

/** Minimum barrier distances of one channel to the border. */
export function barrierDistance(
  { width, height, data, channels }: Grid,
  channel: number,
  border: Border,
): Float32Array {
  const cells = width * height;
  const value = Float32Array.from({ length: cells }, (_, p) => data[p * channels + channel] as number);
  const highest = value.slice();
  const lowest = value.slice();
  const distance = Float32Array.from(border, (seed) => (seed === 1 ? 0 : Number.POSITIVE_INFINITY));
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

/** To 0…1 between the 5th and the 95th percentile. */
function stretch(values: Float32Array, width: number, height: number): Grid {
  const sorted = values.slice().sort();
  const low = sorted[Math.floor(sorted.length * 0.05)] as number;
  const high = Math.max(low + 1e-4, sorted[Math.floor(sorted.length * 0.95)] as number);
  const out = createGrid(width, height, 1);
  for (let p = 0; p < values.length; p++)
    out.data[p] = Math.min(1, Math.max(0, ((values[p] as number) - low) / (high - low)));
  return out;
}

/** The threshold that parts values in 0…1 into two classes most distinctly (Otsu 1979). */
function otsu(values: Float32Array): number {
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
