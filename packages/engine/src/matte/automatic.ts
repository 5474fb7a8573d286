import { labFromRgb } from '../colour/oklab.ts';
import type { View } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { smoothstep } from '../math/scalar.ts';
import { refine } from './guided.ts';

/** Cells along the longer side of the grid on which the subject is looked for. */
const searchSize = 200;

/** Finds the subject: what the border of the picture can't be walked to without crossing an edge. */
export function automaticMatte(source: View): Uint8Array {
  const small = shrinkToLab(source);
  const saliency = barrierSaliency(small);
  return refine(source, saliency);
}

function shrinkToLab(source: View): Grid {
  const scale = Math.min(1, searchSize / Math.max(source.width, source.height));
  const grid = createGrid(
    Math.max(1, Math.round(source.width * scale)),
    Math.max(1, Math.round(source.height * scale)),
    3,
  );
  const rgb = new Float32Array(3);
  const sum = new Float32Array(3);
  for (let y = 0, at = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++, at += 3) {
      sum.fill(0);
      for (let n = 0; n < 4; n++) {
        const px = Math.floor(((x + 0.25 + (n & 1) * 0.5) * source.width) / grid.width);
        const py = Math.floor(((y + 0.25 + (n >> 1) * 0.5) * source.height) / grid.height);
        source.linear(px, py, rgb);
        for (let c = 0; c < 3; c++) sum[c] = (sum[c] as number) + (rgb[c] as number) / 4;
      }
      grid.data.set(labFromRgb([sum[0] as number, sum[1] as number, sum[2] as number]), at);
    }
  }
  return grid;
}

/**
 * Minimum barrier distance to the border, by raster scans (Zhang et al. 2015), a channel at a time, summed;
 * stretched to 0…1 with a prior for the middle.
 */
function barrierSaliency(lab: Grid): Grid {
  const { width, height } = lab;
  const total = createGrid(width, height, 1);
  for (let channel = 0; channel < 3; channel++) {
    const distance = barrierDistance(lab, channel);
    for (let p = 0; p < distance.length; p++)
      total.data[p] = (total.data[p] as number) + (distance[p] as number) * (channel === 0 ? 0.6 : 2);
  }
  boxBlur(total, 1, 2);
  const sorted = Float32Array.from(total.data).sort();
  const low = sorted[Math.floor(sorted.length * 0.1)] as number;
  const high = Math.max(low + 1e-4, sorted[Math.floor(sorted.length * 0.97)] as number);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const dx = (x + 0.5) / width - 0.5;
      const dy = (y + 0.5) / height - 0.54;
      const middle = Math.exp(-(dx * dx * 4 + dy * dy * 2.5));
      total.data[p] = smoothstep(
        0.22,
        0.5,
        (((total.data[p] as number) - low) / (high - low)) * (0.45 + 0.7 * middle),
      );
    }
  }
  return total;
}

function barrierDistance(lab: Grid, channel: number): Float32Array {
  const { width, height } = lab;
  const value = Float32Array.from({ length: width * height }, (_, p) => lab.data[p * 3 + channel] as number);
  const highest = value.slice();
  const lowest = value.slice();
  const distance = new Float32Array(width * height).fill(Number.POSITIVE_INFINITY);
  const border = (p: number) => {
    distance[p] = 0;
  };
  for (let x = 0; x < width; x++) border(x);
  for (let y = 0; y < height; y++) {
    border(y * width);
    border(y * width + width - 1);
  }
  const relax = (p: number, q: number) => {
    const up = Math.max(highest[q] as number, value[p] as number);
    const down = Math.min(lowest[q] as number, value[p] as number);
    if (up - down >= (distance[p] as number)) return;
    distance[p] = up - down;
    highest[p] = up;
    lowest[p] = down;
  };
  for (let pass = 0; pass < 4; pass++) {
    const forward = pass % 2 === 0;
    for (let n = 0; n < width * height; n++) {
      const p = forward ? n : width * height - 1 - n;
      const x = p % width;
      const step = forward ? -1 : 1;
      if (x + step >= 0 && x + step < width) relax(p, p + step);
      const q = p + step * width;
      if (q >= 0 && q < width * height) relax(p, q);
    }
  }
  return distance;
}
