import { clamp, createGrid, type Grid, smoothstep } from '@restage/pixels';

/**
 * A similarity transform: a point z of one picture, as x + iy from its middle in units of its width, appears at
 * rotationScale · z + shift in another. `rotationScale` is complex: rotation and scale at once.
 */
export interface Similarity {
  readonly rotationScale: readonly [real: number, imaginary: number];
  readonly shift: readonly [x: number, y: number];
}

export const identity: Similarity = { rotationScale: [1, 0], shift: [0, 0] };

/** How one picture aligns with another. */
export interface Registration {
  readonly transform: Similarity;
  /** The share of the first picture that the other shows too, and the share of its detail that looks similar there. */
  readonly overlap: number;
  readonly detailSimilarity: number;
  /** The share of what both show, plain or not, that is equal up to noise. */
  readonly equalShare: number;
}

/** Samples of a shot, aligned with one of them. */
export interface AlignedSamples {
  readonly reference: Grid;
  /** The transform of the first frame. */
  readonly firstTransform: Similarity;
  /** Whether the camera is static. */
  readonly isStaticCamera: boolean;
  readonly samples: { readonly all: readonly Grid[]; readonly median: Grid };
}

/** Whether two pictures show the same place, so that what differs has moved. */
export function isAligned({ overlap, detailSimilarity, equalShare }: Registration): boolean {
  return overlap > 0.5 && (detailSimilarity > 0.55 || equalShare > 0.6);
}

/** Maximum lightness differences of similar detail, and of equal cells. */
const maxSimilarStep = 0.04;
const maxEqualStep = 0.01;
/** Rounds of fitting at each size, at the full one, and the step in cells below which fitting stops. */
const fitRounds = 8;
const lastRounds = 2;
const finestRounds = 8;
const finestStride = 2;
const finestScales = [0.12, 0.03] as const;
const minStep = 0.02;

/**
 * Aligns `other` with `reference`: inverse compositional alignment (Baker and Matthews 2004) of lightness, with
 * robust weights against what moves by itself, from a quarter of the size to all of it.
 * @param from the initial transform; by default shifts are searched first.
 */
export function register(reference: Grid, other: Grid, from?: Similarity): Registration {
  const [large, otherLarge] = [toLightness(reference), toLightness(other)];
  const [medium, otherMedium] = [halve(large), halve(otherLarge)];
  const [small, otherSmall] = [halve(medium), halve(otherMedium)];
  let transform = from ?? findShift(small, otherSmall);
  transform = fitTransform(small, otherSmall, transform, 0.12);
  transform = fitTransform(medium, otherMedium, transform, 0.07);
  transform = fitTransform(large, otherLarge, transform, 0.04, lastRounds);
  const [moving, still] = [
    measureAgreement(medium, otherMedium, transform),
    measureAgreement(medium, otherMedium, identity),
  ];
  return hasMoved(moving, still) ? { transform, ...moving } : { transform: identity, ...still };
}

/**
 * Refines the transform between two nearly aligned pictures of lightness, from a cell's error to a few hundredths of
 * one.
 */
export function refineTransform(
  reference: Grid,
  other: Grid,
  from: Similarity,
  weights: Float32Array,
): Similarity {
  return finestScales.reduce(
    (transform, scale) =>
      fitTransform(reference, other, transform, scale, finestRounds, weights, finestStride),
    from,
  );
}

/**
 * Whether the camera moved. A large subject before a plain wall draws the fit along; the plain wall shows that the
 * camera was static. Detail must align better without anything aligning worse.
 */
function hasMoved(moving: Omit<Registration, 'transform'>, still: Omit<Registration, 'transform'>): boolean {
  const gained = moving.equalShare * moving.overlap - still.equalShare * still.overlap;
  return gained > 0.02 || (gained > -0.01 && moving.detailSimilarity > still.detailSimilarity + 0.03);
}

/** Registers pictures of a static camera. */
export function registerStatic(reference: Grid, other: Grid): Registration {
  const [one, two] = [halve(toLightness(reference)), halve(toLightness(other))];
  return { transform: identity, ...measureAgreement(one, two, identity) };
}

/** Maps a cell of one picture to its position in another of the same size, in cells. */
export function applyTransform(
  { rotationScale, shift }: Similarity,
  x: number,
  y: number,
  { width, height }: Pick<Grid, 'width' | 'height'>,
) {
  const [u, v] = [(x + 0.5) / width - 0.5, (y + 0.5 - height / 2) / width];
  return [
    (rotationScale[0] * u - rotationScale[1] * v + shift[0] + 0.5) * width - 0.5,
    (rotationScale[1] * u + rotationScale[0] * v + shift[1]) * width + height / 2 - 0.5,
  ] as const;
}

export function invert({ rotationScale: [a, b], shift: [x, y] }: Similarity): Similarity {
  const size = a * a + b * b;
  return { rotationScale: [a / size, -b / size], shift: [-(a * x + b * y) / size, -(a * y - b * x) / size] };
}

/** Whether a transform moves no corner of a grid of this width by `cells` or more. */
export function isIdentity({ rotationScale, shift }: Similarity, cells: number, width: number): boolean {
  return Math.hypot(rotationScale[0] - 1, rotationScale[1]) * 0.6 + Math.hypot(...shift) < cells / width;
}

/** Resamples a picture through a transform; `outside` where it has no value. */
export function warp(grid: Grid, transform: Similarity, outside: number): Grid {
  const { width, height, channels, data } = grid;
  const out = createGrid(width, height, channels);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const [px, py] = applyTransform(transform, x, y, grid);
      const inside = px > -0.5 && py > -0.5 && px < width - 0.5 && py < height - 0.5;
      for (let c = 0; c < channels; c++)
        out.data[p * channels + c] = inside
          ? sampleBilinear(data, width, height, channels, c, px, py)
          : outside;
    }
  }
  return out;
}

function sampleBilinear(
  data: Float32Array,
  width: number,
  height: number,
  channels: number,
  c: number,
  px: number,
  py: number,
): number {
  const x = clamp(px, 0, width - 1);
  const y = clamp(py, 0, height - 1);
  const left = Math.min(Math.floor(x), width - 2);
  const top = Math.min(Math.floor(y), height - 2);
  const fx = x - left;
  const fy = y - top;
  const at = (top * width + left) * channels + c;
  const below = at + width * channels;
  return (
    ((data[at] as number) * (1 - fx) + (data[at + channels] as number) * fx) * (1 - fy) +
    ((data[below] as number) * (1 - fx) + (data[below + channels] as number) * fx) * fy
  );
}

function toLightness({ width, height, channels, data }: Grid): Grid {
  if (channels === 1) return { width, height, channels, data };
  const out = createGrid(width, height, 1);
  for (let p = 0; p < out.data.length; p++) out.data[p] = data[p * channels] as number;
  return out;
}

function halve({ width, height, data }: Grid): Grid {
  const out = createGrid(width >> 1, height >> 1, 1);
  for (let y = 0, p = 0; y < out.height; y++) {
    for (let x = 0; x < out.width; x++, p++) {
      const at = y * 2 * width + x * 2;
      out.data[p] =
        ((data[at] as number) +
          (data[at + 1] as number) +
          (data[at + width] as number) +
          (data[at + width + 1] as number)) /
        4;
    }
  }
  return out;
}

/** The shift by whole cells that aligns two small pictures best; the identity if none is clearly better. */
function findShift(one: Grid, other: Grid): Similarity {
  const { width, height } = one;
  const weights = one.data.map((_, p) => getOutwardWeight(p % width, Math.floor(p / width), width, height));
  const [across, down] = [Math.floor(width * 0.3), Math.floor(height * 0.3)];
  let [least, best]: [number, Similarity] = [Number.POSITIVE_INFINITY, identity];
  for (let dy = -down; dy <= down; dy++) {
    for (let dx = -across; dx <= across; dx++) {
      let [sum, count] = [0, 0];
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const step =
            (one.data[y * width + x] as number) - (other.data[(y + dy) * width + x + dx] as number);
          const weight = weights[y * width + x] as number;
          sum += Math.min(0.1, Math.abs(step)) * weight;
          count += weight;
        }
      }
      const cost = (sum / count) * (dx === 0 && dy === 0 ? 0.8 : 1);
      if (cost < least) [least, best] = [cost, { rotationScale: [1, 0], shift: [dx / width, dy / width] }];
    }
  }
  return best;
}

/**
 * Improves a transform by rounds of weighted least squares; `scale` is the difference from which a cell counts
 * little.
 */
function fitTransform(
  reference: Grid,
  other: Grid,
  from: Similarity,
  scale: number,
  maxRounds = fitRounds,
  weights?: Float32Array,
  stride = 1,
): Similarity {
  const { width, height, data } = reference;
  let transform = from;
  const row = new Float64Array(5);
  for (let round = 0; round < maxRounds; round++) {
    const normal = new Float64Array(20);
    const [a, b] = transform.rotationScale;
    for (let y = 1; y < height - 1; y += stride) {
      const v = (y + 0.5 - height / 2) / width;
      for (let x = 1; x < width - 1; x += stride) {
        const p = y * width + x;
        const gx = (((data[p + 1] as number) - (data[p - 1] as number)) / 2) * width;
        const gy = (((data[p + width] as number) - (data[p - width] as number)) / 2) * width;
        if (gx * gx + gy * gy < 1e-4 * width) continue;
        const own = weights === undefined ? getOutwardWeight(x, y, width, height) : (weights[p] as number);
        if (own === 0) continue;
        const u = (x + 0.5) / width - 0.5;
        const px = (a * u - b * v + transform.shift[0] + 0.5) * width - 0.5;
        const py = (b * u + a * v + transform.shift[1]) * width + height / 2 - 0.5;
        if (px < 0 || py < 0 || px > width - 1 || py > height - 1) continue;
        const error = sampleBilinear(other.data, width, height, 1, 0, px, py) - (data[p] as number);
        const weight = own / (1 + (error / scale) ** 2) ** 2;
        row[0] = gx * u + gy * v;
        row[1] = gy * u - gx * v;
        row[2] = gx;
        row[3] = gy;
        row[4] = error;
        for (let i = 0; i < 4; i++) {
          const weighted = weight * (row[i] as number);
          for (let j = i; j < 5; j++)
            normal[i * 5 + j] = (normal[i * 5 + j] as number) + weighted * (row[j] as number);
        }
      }
    }
    const step = solveSymmetric(normal);
    if (step === undefined) return transform;
    const [grown, rotation, x, y] = step;
    const inverse = invert({ rotationScale: [1 + grown, rotation], shift: [x, y] });
    transform = {
      rotationScale: multiplyComplex(transform.rotationScale, inverse.rotationScale),
      shift: [
        multiplyComplex(transform.rotationScale, inverse.shift)[0] + transform.shift[0],
        multiplyComplex(transform.rotationScale, inverse.shift)[1] + transform.shift[1],
      ],
    };
    if ((Math.hypot(grown, rotation) * 0.6 + Math.hypot(x, y)) * width < minStep) break;
  }
  return transform;
}

type Complex = readonly [number, number];

function multiplyComplex([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

/** Solves four symmetric equations, given as the upper triangle of five columns; undefined if they are dependent. */
export function solveSymmetric(upper: Float64Array): readonly [number, number, number, number] | undefined {
  const m = Array.from({ length: 4 }, (_, i) =>
    Array.from({ length: 5 }, (_, j) => upper[j < i ? j * 5 + i : i * 5 + j] as number),
  ) as [number[], number[], number[], number[]];
  for (let i = 0; i < 4; i++) {
    const pivot = m[i]?.[i] as number;
    if (!(pivot > 1e-9)) return undefined;
    for (let r = 0; r < 4; r++) {
      if (r === i) continue;
      const factor = (m[r]?.[i] as number) / pivot;
      for (let c = i; c < 5; c++)
        (m[r] as number[])[c] = (m[r]?.[c] as number) - factor * (m[i]?.[c] as number);
    }
  }
  const value = (i: 0 | 1 | 2 | 3) => (m[i][4] as number) / (m[i][i] as number);
  return [value(0), value(1), value(2), value(3)];
}

/**
 * A cell's weight for camera motion: higher towards the sides and the top than in the middle, where the subject
 * usually is.
 */
function getOutwardWeight(x: number, y: number, width: number, height: number): number {
  const across = Math.abs((x + 0.5) / width - 0.5) * 2;
  const up = 1 - (y + 0.5) / height;
  return 0.15 + 0.85 * smoothstep(0.35, 0.85, Math.max(across, up * 0.95));
}

/** Minimum lightness slope of detail: plain areas look alike under any transform. */
const minDetailSlope = 0.015;
/** Lightness below which all pictures look the same. */
const maxBlack = 0.15;

function measureAgreement(one: Grid, other: Grid, transform: Similarity): Omit<Registration, 'transform'> {
  const { width, height, data } = one;
  const warpedData = warp(other, transform, Number.NaN).data;
  let [both, lit, equalShare, detailed, detailSimilarity] = [0, 0, 0, 0, 0];
  for (let p = width; p < warpedData.length - width; p++) {
    const step = Math.abs((warpedData[p] as number) - (data[p] as number));
    if (Number.isNaN(step)) continue;
    both++;
    const weight = getOutwardWeight(p % width, Math.floor(p / width), width, height);
    if ((data[p] as number) > maxBlack) {
      lit += weight;
      if (step < maxEqualStep) equalShare += weight;
    }
    const across = Math.abs((data[p + 1] as number) - (data[p - 1] as number));
    const down = Math.abs((data[p + width] as number) - (data[p - width] as number));
    if (across + down < minDetailSlope * 2) continue;
    detailed += weight;
    if (step < maxSimilarStep) detailSimilarity += weight;
  }
  return {
    overlap: both / warpedData.length,
    detailSimilarity: detailed === 0 ? 0 : detailSimilarity / detailed,
    equalShare: lit === 0 ? 0 : equalShare / lit,
  };
}
