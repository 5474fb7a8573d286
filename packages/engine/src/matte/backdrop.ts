import { createGrid, type Grid } from '../math/blur.ts';
import { askew, coarseness, type Motion, slopeAt } from './motion.ts';
import {
  inverse,
  liesOn,
  type Panned,
  placeOf,
  register,
  registerStanding,
  type Similarity,
} from './registration.ts';

/** What is behind the subject, cell by cell, as far as the shot has shown it. */
export interface Backdrop {
  /** −log likelihood of each cell of a sample as background; infinite where the shot never showed it. */
  costsOfSample(sample: Grid): Float32Array;
  /**
   * The same of any frame, which is laid on the samples first, from where the frame before lay.
   * @returns undefined costs where it does not lie on them.
   */
  costsOf(frame: Grid, from: Similarity): { readonly costs?: Float32Array; readonly way: Similarity };
}

/** Variance of a colour that the shot showed, beside its noise: lightness, and each of the chroma. */
const leastVariance = 1.5e-4;
const chromaShare = 0.25;
/** The share of background that looks as it did. */
const steadfast = 0.9;
/** Samples in which a cell must be background to be known. */
export const leastSeen = 2;

/** Learns what is behind the subject from samples and their cuts. */
export function backdropOf(panned: Panned, clear: readonly Uint8Array[], { noise }: Motion): Backdrop {
  const { reference, standing } = panned;
  const { width, height } = reference;
  const cells = width * height;
  const mean = createGrid(width, height, 3);
  const seen = new Float32Array(cells);
  for (const [k, sample] of panned.samples.all.entries()) {
    const isClear = clear[k] as Uint8Array;
    for (let p = 0; p < cells; p++) {
      if (isClear[p] === 0) continue;
      seen[p] = (seen[p] as number) + 1;
      for (let c = 0; c < 3; c++)
        mean.data[p * 3 + c] = (mean.data[p * 3 + c] as number) + (sample.data[p * 3 + c] as number);
    }
  }
  for (let i = 0; i < mean.data.length; i++)
    mean.data[i] = (mean.data[i] as number) / Math.max(1, seen[Math.floor(i / 3)] as number);
  const variance = Float32Array.from(
    seen,
    (_, p) =>
      ((3 * noise) ** 2 + leastVariance) * coarseness(mean.data[p * 3] as number) +
      (standing ? 0 : (askew * slopeAt(mean, p)) ** 2),
  );
  const costAt = (frame: Grid, at: number, p: number): number => {
    if ((seen[p] as number) < leastSeen) return Number.POSITIVE_INFINITY;
    const l = (frame.data[at * 3] as number) - (mean.data[p * 3] as number);
    const a = (frame.data[at * 3 + 1] as number) - (mean.data[p * 3 + 1] as number);
    const b = (frame.data[at * 3 + 2] as number) - (mean.data[p * 3 + 2] as number);
    const light = variance[p] as number;
    const chroma = light * chromaShare;
    return (
      (l * l) / light / 2 +
      (a * a + b * b) / chroma / 2 +
      0.5 * Math.log(light * chroma * chroma) -
      Math.log(steadfast)
    );
  };
  const costsOfSample = (sample: Grid) =>
    Float32Array.from({ length: cells }, (_, p) => costAt(sample, p, p));
  return {
    costsOfSample,
    costsOf(frame, from) {
      const found = standing ? registerStanding(reference, frame) : register(reference, frame, from);
      if (!liesOn(found)) return { way: from };
      const { way } = found;
      if (standing) return { costs: costsOfSample(frame), way };
      const back = inverse(way);
      const costs = new Float32Array(cells).fill(Number.POSITIVE_INFINITY);
      for (let y = 0, at = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at++) {
          const place = placeOf(back, x, y, reference);
          const [px, py] = [Math.round(place[0]), Math.round(place[1])];
          if (px >= 0 && py >= 0 && px < width && py < height) costs[at] = costAt(frame, at, py * width + px);
        }
      }
      return { costs, way };
    },
  };
}
