import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { clamp, smoothstep } from '../math/scalar.ts';
import type { Panned } from './registration.ts';
import { barrierDistance, borderOf } from './saliency.ts';

/** What the samples of a shot tell by differing. */
export interface Motion {
  /** How likely each cell of each sample is subject, 0…1. */
  readonly priors: readonly Grid[];
  /** 1 where a cell of a sample shows what most samples show there. */
  readonly usual: readonly Uint8Array[];
  /** 1 where nothing changes, but much does around: background that is never covered, or a plain part of the subject. */
  readonly still: Uint8Array;
  /** How much each cell changes, 0…1. */
  readonly moving: Grid;
  /** How far apart two looks at one thing are. */
  readonly noise: number;
}

/** The least and the most of a frame that a subject sweeps over: less is a flicker somewhere, more is all of the frame. */
const [leastShare, mostShare] = [0.004, 0.65];
/** The most of the frame's sides and top that may move: where more does, the samples were laid on the subject. */
const mostAround = 0.4;
/** What is taken for a change: this much at least, and this many times the noise. */
const [leastChange, overNoise] = [0.006, 2];
/** The part of a cell by which samples of a moving camera lie askew: so much of the slope there is no change. */
export const askew = 0.4;
/** Chroma counts this much more than lightness. */
const chroma = 2;

/** Finds what moves before a background that does not. @returns undefined where too little does, or nearly all. */
export function motionOf({ samples: { all, median }, standing }: Panned): Motion | undefined {
  const { width, height } = median;
  const cells = width * height;
  const spread = new Float32Array(cells);
  for (const sample of all)
    for (let p = 0; p < cells; p++)
      spread[p] = (spread[p] as number) + stepOf(sample, median, p) / all.length;
  const noise = spread.slice().sort()[Math.floor(cells * 0.3)] as number;
  const least = Math.max(leastChange, noise * overNoise);
  const blur = Float32Array.from(spread, (_, p) => coarseness(median.data[p * 3] as number));
  const moving = createGrid(width, height, 1);
  for (let p = 0; p < cells; p++) {
    const change = (spread[p] as number) - (standing ? 0 : askew * slopeAt(median, p));
    const from = least * (blur[p] as number);
    moving.data[p] = smoothstep(from, from * 2, change);
  }
  boxBlur(moving, 1, 1);
  const share = moving.data.reduce((sum, value) => sum + value, 0) / cells;
  if (share < leastShare || share > mostShare || aroundShare(moving) > mostAround) return undefined;
  const around = surroundings(moving);
  const still = Uint8Array.from(around, (count, p) =>
    count >= amid && (moving.data[p] as number) < 0.5 ? 1 : 0,
  );
  return {
    ...priorsOf(all, moving, around, (p) => Math.max(0.008, noise * 4) * (blur[p] as number)),
    still,
    noise,
    moving,
  };
}

/** How far apart two looks at the same thing may be in a cell. */
type Reach = (p: number) => number;

/** The share of the frame's sides and top that moves. */
function aroundShare({ width, data }: Grid): number {
  let [moves, all] = [0, 0];
  for (let p = 0; p < data.length; p++) {
    const x = p % width;
    if (p >= 2 * width && x >= 2 && x < width - 2) continue;
    all++;
    moves += data[p] as number;
  }
  return moves / all;
}

/** By how much more the codes of a dark colour, and what compression does to it, are apart in lightness. */
export function coarseness(lightness: number): number {
  return 1 + 4 * clamp(1 - lightness / 0.25, 0, 1);
}

/** Directions of eight in which something moves near a cell that stands amid it. */
const amid = 4;
/** What is enclosed by what moves, and what stands amid it, the more with each direction, is subject as likely as this. */
const enclosedPrior = 0.8;
const amidPrior = 0.4;
const directionPrior = 0.02;
/** Samples in which a cell must show the same for that to be taken for background. */
const leastUsual = 3;
/** The same of a moving cell that shows something else in each sample, what it shows most, and one of two such colours. */
const changingPrior = 1;
const usualPriors = { usual: 0.25, first: 0.45, second: 0.6 } as const;

function priorsOf(
  samples: readonly Grid[],
  moving: Grid,
  around: Uint8Array,
  reach: Reach,
): Pick<Motion, 'priors' | 'usual'> {
  const { width, height } = moving;
  // A subject may leave the frame below, and is closed there all the same.
  const sides = borderOf(moving).map((seed, p) => {
    const x = p % width;
    return p < width * (height - 2) || x < 2 || x >= width - 2 ? seed : 0;
  });
  const enclosed = barrierDistance(moving, 0, sides);
  const { priors, usual } = usualColours(samples, reach);
  for (const prior of priors) {
    for (let p = 0; p < around.length; p++) {
      const moves = moving.data[p] as number;
      const inside = clamp(enclosed[p] as number, 0, 1) * enclosedPrior;
      const count = around[p] as number;
      const held = moves > 0.5 ? 0 : Math.max(inside, count < amid ? 0 : amidPrior + count * directionPrior);
      prior.data[p] = Math.max(held, moves * (prior.data[p] as number));
    }
    boxBlur(prior, 1, 1);
  }
  return { priors, usual };
}

/**
 * For each cell of each sample, how likely it is subject if it is a moving one. Background comes back the same to the
 * noise; a subject, whose surface goes by, seldom does.
 */
function usualColours(
  samples: readonly Grid[],
  reach: Reach,
): { readonly priors: Grid[]; readonly usual: Uint8Array[] } {
  const [{ width, height }] = samples as [Grid];
  const priors = samples.map(() => createGrid(width, height, 1));
  const usual = samples.map(() => new Uint8Array(width * height));
  const group = new Uint8Array(samples.length);
  for (let p = 0; p < width * height; p++) {
    group.fill(0);
    const within = reach(p);
    const gather = (mark: number): number => {
      let [best, most] = [-1, 0];
      for (let i = 0; i < samples.length; i++) {
        if (group[i] !== 0) continue;
        let count = 0;
        for (let j = 0; j < samples.length; j++) if (group[j] === 0 && isAlike(i, j)) count++;
        if (count > most) [best, most] = [i, count];
      }
      for (let j = 0; j < samples.length; j++) if (group[j] === 0 && isAlike(best, j)) group[j] = mark;
      return most;
    };
    const isAlike = (i: number, j: number) => stepOf(samples[i] as Grid, samples[j] as Grid, p) < within;
    const first = gather(1);
    const isUsual = first >= Math.max(2, samples.length * 0.25);
    const second = isUsual && first < samples.length ? gather(2) : 0;
    const isTorn = second >= Math.max(2, samples.length * 0.2);
    for (let i = 0; i < samples.length; i++) {
      if (isUsual && first >= leastUsual && group[i] === 1) (usual[i] as Uint8Array)[p] = 1;
      const { usual: most, first: one, second: other } = usualPriors;
      (priors[i] as Grid).data[p] =
        group[i] === 1 && isUsual ? (isTorn ? one : most) : group[i] === 2 && isTorn ? other : changingPrior;
    }
  }
  return { priors, usual };
}

/** For each cell, in how many of eight directions something moves not far from it. */
function surroundings({ width, height, data }: Grid): Uint8Array {
  const out = new Uint8Array(width * height);
  const reach = Math.round(width * 0.16);
  const away = new Int32Array(width * height);
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
    for (let n = 0; n < away.length; n++) {
      const p = backwards ? away.length - 1 - n : n;
      const [x, y] = [(p % width) + dx, Math.floor(p / width) + dy];
      const outside = x < 0 || x >= width || y < 0 || y >= height;
      const next = outside ? reach : (away[y * width + x] as number);
      away[p] = (data[p] as number) > 0.5 ? 0 : Math.min(reach, next + 1);
      if ((away[p] as number) < reach) out[p] = (out[p] as number) + 1;
    }
  }
  return out;
}

/** How far apart two pictures are in a cell. */
function stepOf(one: Grid, other: Grid, p: number): number {
  const at = p * 3;
  const l = Math.abs((one.data[at] as number) - (other.data[at] as number));
  const a = Math.abs((one.data[at + 1] as number) - (other.data[at + 1] as number));
  const b = Math.abs((one.data[at + 2] as number) - (other.data[at + 2] as number));
  return l + chroma * (a + b);
}

/** How much lightness changes from a cell to the next. */
export function slopeAt({ width, height, channels, data }: Grid, p: number): number {
  const [x, y] = [p % width, Math.floor(p / width)];
  const at = (dx: number, dy: number) =>
    data[(clamp(y + dy, 0, height - 1) * width + clamp(x + dx, 0, width - 1)) * channels] as number;
  return Math.hypot(at(1, 0) - at(-1, 0), at(0, 1) - at(0, -1)) / 2;
}
