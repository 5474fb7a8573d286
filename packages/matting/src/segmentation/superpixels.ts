import type { Grid } from '@restage/pixels';

/** Patches of similar cells: they stand for the picture where cells are too many to be compared pairwise. */
export interface Superpixels {
  readonly count: number;
  /** The patch of each cell. */
  readonly labels: Int32Array;
  /** Six values per patch: mean L, a, b (chroma scaled by `chromaScale`), mean x, mean y, cells. */
  readonly means: Float64Array;
}

/** Scale of OKLab's a and b against its L for equal perceived differences. */
const chromaScale = 2.5;
/** Weight of position against colour: higher keeps patches rounder. */
const compactness = 0.11;

/**
 * Splits a picture in OKLab into about `patchCount` patches: SLIC (Achanta et al. 2012), without enforcing
 * connectivity.
 */
export function computeSuperpixels({ width, height, data }: Grid, patchCount: number): Superpixels {
  const step = Math.sqrt((width * height) / patchCount);
  const columns = Math.max(1, Math.round(width / step));
  const rows = Math.max(1, Math.round(height / step));
  const count = columns * rows;
  const means = new Float64Array(count * 6);
  const labels = new Int32Array(width * height);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++)
      labels[p] = Math.floor((y * rows) / height) * columns + Math.floor((x * columns) / width);
  }
  const updateMeans = () => {
    means.fill(0);
    for (let y = 0, p = 0; y < height; y++) {
      for (let x = 0; x < width; x++, p++) {
        const o = (labels[p] as number) * 6;
        means[o] = (means[o] as number) + (data[p * 3] as number);
        means[o + 1] = (means[o + 1] as number) + (data[p * 3 + 1] as number) * chromaScale;
        means[o + 2] = (means[o + 2] as number) + (data[p * 3 + 2] as number) * chromaScale;
        means[o + 3] = (means[o + 3] as number) + x;
        means[o + 4] = (means[o + 4] as number) + y;
        means[o + 5] = (means[o + 5] as number) + 1;
      }
    }
    for (let o = 0; o < means.length; o += 6) {
      const cells = Math.max(1, means[o + 5] as number);
      for (let n = 0; n < 5; n++) means[o + n] = (means[o + n] as number) / cells;
    }
  };
  updateMeans();
  const spatialWeight = (compactness / step) ** 2;
  for (let round = 0; round < 6; round++) {
    for (let y = 0, p = 0; y < height; y++) {
      const row = Math.floor((y * rows) / height);
      const [top, bottom] = [Math.max(0, row - 1), Math.min(rows - 1, row + 1)];
      for (let x = 0; x < width; x++, p++) {
        const column = Math.floor((x * columns) / width);
        const [first, last] = [Math.max(0, column - 1), Math.min(columns - 1, column + 1)];
        const lightness = data[p * 3] as number;
        const green = (data[p * 3 + 1] as number) * chromaScale;
        const blue = (data[p * 3 + 2] as number) * chromaScale;
        let [least, nearest] = [Number.POSITIVE_INFINITY, labels[p] as number];
        for (let r = top; r <= bottom; r++) {
          for (let label = r * columns + first; label <= r * columns + last; label++) {
            const o = label * 6;
            if (means[o + 5] === 0) continue;
            const l = lightness - (means[o] as number);
            const a = green - (means[o + 1] as number);
            const b = blue - (means[o + 2] as number);
            const dx = x - (means[o + 3] as number);
            const dy = y - (means[o + 4] as number);
            const distance = l * l + a * a + b * b + (dx * dx + dy * dy) * spatialWeight;
            if (distance < least) {
              least = distance;
              nearest = label;
            }
          }
        }
        labels[p] = nearest;
      }
    }
    updateMeans();
  }
  return { count, labels, means };
}
