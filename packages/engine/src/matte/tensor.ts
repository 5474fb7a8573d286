import { codeOfLinear, linearSteps } from '../colour/srgb.ts';
import type { View } from '../composite/view.ts';
import type { MatteModel } from '../engine.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { clamp } from '../math/scalar.ts';
import { linearGrid } from './search-grid.ts';

/** Mean and deviation of R, G and B that are taken out of code values 0…1. */
const normalisations: Readonly<Record<MatteModel['input'], readonly (readonly [number, number])[]>> = {
  unit: [
    [0, 1],
    [0, 1],
    [0, 1],
  ],
  centred: [
    [0.5, 1],
    [0.5, 1],
    [0.5, 1],
  ],
  signed: [
    [0.5, 0.5],
    [0.5, 0.5],
    [0.5, 0.5],
  ],
  imagenet: [
    [0.485, 0.229],
    [0.456, 0.224],
    [0.406, 0.225],
  ],
};

/**
 * The frame, stretched to `width × height`, as a tensor of 3×H×W: sRGB code values, normalised. Scaled in linear light: means
 * of the pixels under a cell where it shrinks, bilinear where it grows.
 */
export function tensorOf(
  view: View,
  width: number,
  height: number,
  input: MatteModel['input'],
): Float32Array {
  const columns = Math.min(width, view.width);
  const rows = Math.min(height, view.height);
  const looks = Math.min(4, Math.ceil(Math.max(view.width / columns, view.height / rows)));
  const grid = resize(linearGrid(view, columns, rows, looks), width, height);
  const cells = width * height;
  const tensor = new Float32Array(cells * 3);
  for (const [channel, [mean, deviation]] of normalisations[input].entries()) {
    for (let p = 0; p < cells; p++) {
      const level = clamp(grid.data[p * 3 + channel] as number, 0, 1);
      const code = (codeOfLinear[Math.round(level * linearSteps)] as number) / 255;
      tensor[channel * cells + p] = (code - mean) / deviation;
    }
  }
  return tensor;
}

/** Below this, what a network gives for a frame is all one and is not stretched. */
const leastRange = 1e-3;

/** What a network gave, as alpha 0…1. */
export function alphaFrom({ width, height, data }: Grid, output: MatteModel['output']): Grid {
  const alpha = createGrid(width, height, 1);
  const { low, high } = extent(data);
  const stretched = output === 'range' && high - low > leastRange;
  for (let p = 0; p < data.length; p++) {
    const value = data[p] as number;
    if (output === 'logits') alpha.data[p] = 1 / (1 + Math.exp(-value));
    else alpha.data[p] = clamp(stretched ? (value - low) / (high - low) : value, 0, 1);
  }
  return alpha;
}

/** The least and the most of some values; NaN where any of them is. */
export function extent(values: Float32Array): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
