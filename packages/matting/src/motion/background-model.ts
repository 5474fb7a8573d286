import { createGrid, type Grid } from '@restage/pixels';
import { darkNoiseGain, getSlope, type Motion, subcellMisalignment } from './motion.ts';
import {
  type AlignedSamples,
  applyTransform,
  invert,
  isAligned,
  register,
  registerStatic,
  type Similarity,
} from './registration.ts';

/** The background behind the subject, cell by cell, as far as the shot shows it. */
export interface BackgroundModel {
  /** −log likelihood of each cell of a sample as background; infinite where the shot never shows it. */
  getSampleCosts(sample: Grid): Float32Array;
  /**
   * The same for any frame, which is first aligned with the samples, starting from the previous frame's transform.
   * @returns no costs if the frame does not align.
   */
  getFrameCosts(
    frame: Grid,
    previousTransform: Similarity,
  ): { readonly costs?: Float32Array; readonly transform: Similarity };
}

/** Variance of a colour beside its noise: of lightness, and the share of that for chroma. */
const minVariance = 1.5e-4;
const chromaShare = 0.25;
/** The share of background that keeps its colour. */
const backgroundInlierRatio = 0.9;
/** Minimum number of samples that must show a cell's background. */
export const minSeenSamples = 2;

/** Builds the background model from aligned samples and where they are unoccluded. */
export function buildBackgroundModel(
  aligned: AlignedSamples,
  unoccluded: readonly Uint8Array[],
  { noise }: Motion,
): BackgroundModel {
  const { reference, isStaticCamera } = aligned;
  const { width, height } = reference;
  const cells = width * height;
  const mean = createGrid(width, height, 3);
  const seenSamples = new Float32Array(cells);
  for (const [k, sample] of aligned.samples.all.entries()) {
    const isUnoccluded = unoccluded[k] as Uint8Array;
    for (let p = 0; p < cells; p++) {
      if (isUnoccluded[p] === 0) continue;
      seenSamples[p] = (seenSamples[p] as number) + 1;
      for (let c = 0; c < 3; c++)
        mean.data[p * 3 + c] = (mean.data[p * 3 + c] as number) + (sample.data[p * 3 + c] as number);
    }
  }
  for (let i = 0; i < mean.data.length; i++)
    mean.data[i] = (mean.data[i] as number) / Math.max(1, seenSamples[Math.floor(i / 3)] as number);
  const variance = new Float32Array(seenSamples).map(
    (_, p) =>
      ((3 * noise) ** 2 + minVariance) * darkNoiseGain(mean.data[p * 3] as number) +
      (isStaticCamera ? 0 : (subcellMisalignment * getSlope(mean, p)) ** 2),
  );
  const costAt = (frame: Grid, at: number, p: number): number => {
    if ((seenSamples[p] as number) < minSeenSamples) return Number.POSITIVE_INFINITY;
    const l = (frame.data[at * 3] as number) - (mean.data[p * 3] as number);
    const a = (frame.data[at * 3 + 1] as number) - (mean.data[p * 3 + 1] as number);
    const b = (frame.data[at * 3 + 2] as number) - (mean.data[p * 3 + 2] as number);
    const light = variance[p] as number;
    const chroma = light * chromaShare;
    return (
      (l * l) / light / 2 +
      (a * a + b * b) / chroma / 2 +
      0.5 * Math.log(light * chroma * chroma) -
      Math.log(backgroundInlierRatio)
    );
  };
  const getSampleCosts = (sample: Grid) => new Float32Array(cells).map((_, p) => costAt(sample, p, p));
  return {
    getSampleCosts,
    getFrameCosts(frame, previousTransform) {
      const registration = isStaticCamera
        ? registerStatic(reference, frame)
        : register(reference, frame, previousTransform);
      if (!isAligned(registration)) return { transform: previousTransform };
      const { transform } = registration;
      if (isStaticCamera) return { costs: getSampleCosts(frame), transform };
      const inverse = invert(transform);
      const costs = new Float32Array(cells).fill(Number.POSITIVE_INFINITY);
      for (let y = 0, at = 0; y < height; y++) {
        for (let x = 0; x < width; x++, at++) {
          const place = applyTransform(inverse, x, y, reference);
          const [px, py] = [Math.round(place[0]), Math.round(place[1])];
          if (px >= 0 && py >= 0 && px < width && py < height) costs[at] = costAt(frame, at, py * width + px);
        }
      }
      return { costs, transform };
    },
  };
}
