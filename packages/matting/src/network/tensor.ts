import { clamp, createGrid, type Grid, linearSteps, linearToCode, resize, type View } from '@restage/pixels';
import { toLinearGrid } from '../frame-grids.ts';
import type { MatteModel } from '../model.ts';

/** Mean and standard deviation of R, G and B that normalize code values 0…1. */
const normalizations: Readonly<Record<MatteModel['input'], readonly (readonly [number, number])[]>> = {
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
 * Stretches the frame to `width × height`, as a tensor of 3×H×W: normalized sRGB code values. Scales in linear light:
 * means of the pixels under a cell when shrinking, bilinear when enlarging.
 */
export function toTensor(
  view: Pick<View, 'width' | 'height' | 'linear'>,
  width: number,
  height: number,
  input: MatteModel['input'],
): Float32Array {
  const columns = Math.min(width, view.width);
  const rows = Math.min(height, view.height);
  const samplesPerSide = Math.min(4, Math.ceil(Math.max(view.width / columns, view.height / rows)));
  const grid = resize(toLinearGrid(view, columns, rows, samplesPerSide), width, height);
  const cells = width * height;
  const tensor = new Float32Array(cells * 3);
  for (const [channel, [mean, deviation]] of normalizations[input].entries()) {
    for (let p = 0; p < cells; p++) {
      const level = clamp(grid.data[p * 3 + channel] as number, 0, 1);
      const code = (linearToCode[Math.round(level * linearSteps)] as number) / 255;
      tensor[channel * cells + p] = (code - mean) / deviation;
    }
  }
  return tensor;
}

/** Minimum range of values for stretching: below it, a frame's output is uniform. */
const minRange = 1e-3;

/** Converts a network's output to alpha, 0…1. */
export function toAlpha({ width, height, data }: Grid, output: MatteModel['output']): Grid {
  const alpha = createGrid(width, height, 1);
  const { low, high } = findRange(data);
  const isStretched = output === 'range' && high - low > minRange;
  for (let p = 0; p < data.length; p++) {
    const value = data[p] as number;
    if (output === 'logits') alpha.data[p] = 1 / (1 + Math.exp(-value));
    else alpha.data[p] = clamp(isStretched ? (value - low) / (high - low) : value, 0, 1);
  }
  return alpha;
}

/** Minimum and maximum of some values; NaN if any of them is. */
export function findRange(values: Float32Array): { readonly low: number; readonly high: number } {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of values) {
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return { low, high };
}
