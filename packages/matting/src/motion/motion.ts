import { boxBlur, clamp, createGrid, type Grid, smoothstep } from '@restage/pixels';
import { computeBarrierDistance, markBorder } from '../segmentation/saliency.ts';
import type { AlignedSamples } from './registration.ts';

/** What differences between the samples of a shot show. */
export interface Motion {
  /** Likelihood that each cell of each sample is subject, 0…1. */
  readonly priors: readonly Grid[];
  /** 1 where a cell of a sample shows what most samples show there. */
  readonly typical: readonly Uint8Array[];
  /** 1 where nothing changes amid much that does: background that is never covered, or a plain part of the subject. */
  readonly staticCells: Uint8Array;
  /** How much each cell changes, 0…1. */
  readonly movement: Grid;
  /** Typical colour distance between two samples of one thing. */
  readonly noise: number;
}

/** Minimum and maximum share of a frame that moves: less is flicker, more is everything. */
const [minShare, maxShare] = [0.004, 0.65];
/** Maximum moving share of the frame's sides and top: above it, the samples were aligned with the subject. */
const maxBorderShare = 0.4;
/** A change is at least this large, and at least so many times the noise. */
const [minChange, noiseFactor] = [0.006, 2];
/** The part of a cell by which samples of a moving camera may be misaligned: as much of the slope is no change. */
export const subcellMisalignment = 0.4;
/** Weight of chroma against lightness. */
const chroma = 2;

/** Finds what moves before a background that does not. @returns undefined if too little moves, or nearly everything. */
export function detectMotion({
  samples: { all, median },
  isStaticCamera,
}: AlignedSamples): Motion | undefined {
  const { width, height } = median;
  const cells = width * height;
  const spread = new Float32Array(cells);
  for (const sample of all)
    for (let p = 0; p < cells; p++)
      spread[p] = (spread[p] as number) + getColourDistance(sample, median, p) / all.length;
  const noise = spread.slice().sort()[Math.floor(cells * 0.3)] as number;
  const threshold = Math.max(minChange, noise * noiseFactor);
  const blur = spread.map((_, p) => darkNoiseGain(median.data[p * 3] as number));
  const movement = createGrid(width, height, 1);
  for (let p = 0; p < cells; p++) {
    const change = (spread[p] as number) - (isStaticCamera ? 0 : subcellMisalignment * getSlope(median, p));
    const from = threshold * (blur[p] as number);
    movement.data[p] = smoothstep(from, from * 2, change);
  }
  boxBlur(movement, 1, 1);
  const share = movement.data.reduce((sum, value) => sum + value, 0) / cells;
  if (share < minShare || share > maxShare || getBorderMotion(movement) > maxBorderShare) return undefined;
  const directions = countMovingDirections(movement);
  const staticCells = Uint8Array.from(directions, (count, p) =>
    count >= minDirections && (movement.data[p] as number) < 0.5 ? 1 : 0,
  );
  return {
    ...computePriors(all, movement, directions, (p) => Math.max(0.008, noise * 4) * (blur[p] as number)),
    staticCells,
    noise,
    movement,
  };
}

/** The colour distance up to which two samples of a cell count as the same. */
type Tolerance = (p: number) => number;

/** The moving share of the frame's sides and top. */
function getBorderMotion({ width, data }: Grid): number {
  let [moves, all] = [0, 0];
  for (let p = 0; p < data.length; p++) {
    const x = p % width;
    if (p >= 2 * width && x >= 2 && x < width - 2) continue;
    all++;
    moves += data[p] as number;
  }
  return moves / all;
}

/** How much larger lightness noise is in dark colours, from coarse codes and compression. */
export function darkNoiseGain(lightness: number): number {
  return 1 + 4 * clamp(1 - lightness / 0.25, 0, 1);
}

/** Minimum number of eight directions with motion nearby for a cell to be surrounded by motion. */
const minDirections = 4;
/** Priors of a cell that motion encloses, and of one that motion surrounds, with the increment per direction. */
const enclosedPrior = 0.8;
const surroundedPrior = 0.4;
const directionPrior = 0.02;
/** Minimum number of samples in which a cell must show the same to count as background. */
const minTypicalSamples = 3;
/**
 * Priors of a moving cell: if it shows something else in each sample, its most frequent colour, or one of two
 * frequent colours.
 */
const changingPrior = 1;
const typicalPriors = { typical: 0.25, first: 0.45, second: 0.6 } as const;

function computePriors(
  samples: readonly Grid[],
  movement: Grid,
  directions: Uint8Array,
  tolerance: Tolerance,
): Pick<Motion, 'priors' | 'typical'> {
  const { width, height } = movement;
  // A subject that leaves the frame at the bottom still counts as enclosed there.
  const sides = markBorder(movement).map((seed, p) => {
    const x = p % width;
    return p < width * (height - 2) || x < 2 || x >= width - 2 ? seed : 0;
  });
  const enclosed = computeBarrierDistance(movement, 0, sides);
  const { priors, typical } = findTypicalColours(samples, tolerance);
  for (const prior of priors) {
    for (let p = 0; p < directions.length; p++) {
      const moves = movement.data[p] as number;
      const inside = clamp(enclosed[p] as number, 0, 1) * enclosedPrior;
      const count = directions[p] as number;
      const enclosedLikelihood =
        moves > 0.5
          ? 0
          : Math.max(inside, count < minDirections ? 0 : surroundedPrior + count * directionPrior);
      prior.data[p] = Math.max(enclosedLikelihood, moves * (prior.data[p] as number));
    }
    boxBlur(prior, 1, 1);
  }
  return { priors, typical };
}

/**
 * Computes, for each cell of each sample, how likely it is subject if it moves. Background returns to the same colour
 * up to noise; a moving surface seldom does.
 */
function findTypicalColours(
  samples: readonly Grid[],
  tolerance: Tolerance,
): { readonly priors: Grid[]; readonly typical: Uint8Array[] } {
  const [{ width, height }] = samples as [Grid];
  const priors = samples.map(() => createGrid(width, height, 1));
  const typical = samples.map(() => new Uint8Array(width * height));
  const group = new Uint8Array(samples.length);
  for (let p = 0; p < width * height; p++) {
    group.fill(0);
    const within = tolerance(p);
    const groupSimilar = (mark: number): number => {
      let [best, largest] = [-1, 0];
      for (let i = 0; i < samples.length; i++) {
        if (group[i] !== 0) continue;
        let count = 0;
        for (let j = 0; j < samples.length; j++) if (group[j] === 0 && isSimilar(i, j)) count++;
        if (count > largest) [best, largest] = [i, count];
      }
      for (let j = 0; j < samples.length; j++) if (group[j] === 0 && isSimilar(best, j)) group[j] = mark;
      return largest;
    };
    const isSimilar = (i: number, j: number) =>
      getColourDistance(samples[i] as Grid, samples[j] as Grid, p) < within;
    const first = groupSimilar(1);
    const isTypical = first >= Math.max(2, samples.length * 0.25);
    const second = isTypical && first < samples.length ? groupSimilar(2) : 0;
    const isAmbiguous = second >= Math.max(2, samples.length * 0.2);
    for (let i = 0; i < samples.length; i++) {
      if (isTypical && first >= minTypicalSamples && group[i] === 1) (typical[i] as Uint8Array)[p] = 1;
      const { typical: largest, first: one, second: other } = typicalPriors;
      (priors[i] as Grid).data[p] =
        group[i] === 1 && isTypical
          ? isAmbiguous
            ? one
            : largest
          : group[i] === 2 && isAmbiguous
            ? other
            : changingPrior;
    }
  }
  return { priors, typical };
}

/** Counts, for each cell, in how many of eight directions something moves nearby. */
function countMovingDirections({ width, height, data }: Grid): Uint8Array {
  const out = new Uint8Array(width * height);
  const tolerance = Math.round(width * 0.16);
  const distance = new Int32Array(width * height);
  for (const [dx, dy] of [
    [1, 0],
    [1, 1],
    [0, 1],
    [-1, 1],
    [-1, 0],
    [-1, -1],
    [0, -1],
    [1, -1],
  ] as const) {
    const backwards = dy > 0 || (dy === 0 && dx > 0);
    for (let n = 0; n < distance.length; n++) {
      const p = backwards ? distance.length - 1 - n : n;
      const [x, y] = [(p % width) + dx, Math.floor(p / width) + dy];
      const outside = x < 0 || x >= width || y < 0 || y >= height;
      const next = outside ? tolerance : (distance[y * width + x] as number);
      distance[p] = (data[p] as number) > 0.5 ? 0 : Math.min(tolerance, next + 1);
      if ((distance[p] as number) < tolerance) out[p] = (out[p] as number) + 1;
    }
  }
  return out;
}

/** The colour distance between two pictures in a cell. */
function getColourDistance(one: Grid, other: Grid, p: number): number {
  const at = p * 3;
  const l = Math.abs((one.data[at] as number) - (other.data[at] as number));
  const a = Math.abs((one.data[at + 1] as number) - (other.data[at + 1] as number));
  const b = Math.abs((one.data[at + 2] as number) - (other.data[at + 2] as number));
  return l + chroma * (a + b);
}

/** The change of lightness from a cell to the next. */
export function getSlope({ width, height, channels, data }: Grid, p: number): number {
  const [x, y] = [p % width, Math.floor(p / width)];
  const at = (dx: number, dy: number) =>
    data[(clamp(y + dy, 0, height - 1) * width + clamp(x + dx, 0, width - 1)) * channels] as number;
  return Math.hypot(at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)) / 2;
}
