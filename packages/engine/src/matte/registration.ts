import { createGrid, type Grid } from '../math/blur.ts';
import { clamp, smoothstep } from '../math/scalar.ts';

/**
 * Where the camera has gone: a place z of one picture, as x + iy from its middle in widths of it, is seen at turn · z + shift of
 * another. `turn` is complex: turning and growing at once.
 */
export interface Similarity {
  readonly turn: readonly [real: number, imaginary: number];
  readonly shift: readonly [x: number, y: number];
}

export const standing: Similarity = { turn: [1, 0], shift: [0, 0] };

/** How one picture lies on another. */
export interface Registered {
  readonly way: Similarity;
  /** The share of the first picture that the other shows too, and the share of its detail which looks alike there. */
  readonly overlap: number;
  readonly alike: number;
  /** The share of what both show, plain or not, that is the same to the noise. */
  readonly same: number;
}

/** Samples of a shot, laid on one of them as the camera moved. */
export interface Panned {
  readonly reference: Grid;
  /** Where the first frame lies. */
  readonly first: Similarity;
  /** Whether the camera stands still. */
  readonly standing: boolean;
  readonly samples: { readonly all: readonly Grid[]; readonly median: Grid };
}

/** Whether two pictures show the same place, so that what differs has moved. */
export function liesOn({ overlap, alike, same }: Registered): boolean {
  return overlap > 0.5 && (alike > 0.55 || same > 0.6);
}

/** Steps of lightness that two looks at one thing may be apart, and that they are apart by noise alone. */
const alikeStep = 0.04;
const sameStep = 0.01;
/** Rounds of fitting at each size, at the full one, and the way in cells below which nothing more is gained. */
const fitRounds = 8;
const lastRounds = 2;
const finestRounds = 8;
const finestStride = 2;
const finestScales = [0.12, 0.03] as const;
const leastStep = 0.02;

/**
 * Lays `other` on `reference` as the camera moved between them: inverse compositional alignment (Baker and Matthews 2004) of
 * lightness, robust weights for what moves by itself, from a quarter of their size to all of it.
 * @param from where to start; by default shifts are tried out first.
 */
export function register(reference: Grid, other: Grid, from?: Similarity): Registered {
  const [large, otherLarge] = [lightness(reference), lightness(other)];
  const [medium, otherMedium] = [halved(large), halved(otherLarge)];
  const [small, otherSmall] = [halved(medium), halved(otherMedium)];
  let way = from ?? shifted(small, otherSmall);
  way = fit(small, otherSmall, way, 0.12);
  way = fit(medium, otherMedium, way, 0.07);
  way = fit(large, otherLarge, way, 0.04, lastRounds);
  const [moved, stood] = [agreement(medium, otherMedium, way), agreement(medium, otherMedium, standing)];
  return isBetter(moved, stood) ? { way, ...moved } : { way: standing, ...stood };
}

/** Betters the way of a picture of lightness that nearly lies on another: from a cell away to a few hundredths of one. */
export function registerFinely(
  reference: Grid,
  other: Grid,
  from: Similarity,
  weights: Float32Array,
): Similarity {
  return finestScales.reduce(
    (way, scale) => fit(reference, other, way, scale, finestRounds, weights, finestStride),
    from,
  );
}

/**
 * Whether a camera moved rather than stood. A large subject before a plain wall draws the fit along: the wall, plain as it is,
 * tells that the camera stood, and detail must fit better without any of it fitting worse.
 */
function isBetter(moved: Omit<Registered, 'way'>, stood: Omit<Registered, 'way'>): boolean {
  const gained = moved.same * moved.overlap - stood.same * stood.overlap;
  return gained > 0.02 || (gained > -0.01 && moved.alike > stood.alike + 0.03);
}

/** The same where the camera is known to stand still. */
export function registerStanding(reference: Grid, other: Grid): Registered {
  const [one, two] = [halved(lightness(reference)), halved(lightness(other))];
  return { way: standing, ...agreement(one, two, standing) };
}

/** The place in the other picture, in its cells, of a cell of one as large. */
export function placeOf(
  { turn, shift }: Similarity,
  x: number,
  y: number,
  { width, height }: Pick<Grid, 'width' | 'height'>,
) {
  const [u, v] = [(x + 0.5) / width - 0.5, (y + 0.5 - height / 2) / width];
  return [
    (turn[0] * u - turn[1] * v + shift[0] + 0.5) * width - 0.5,
    (turn[1] * u + turn[0] * v + shift[1]) * width + height / 2 - 0.5,
  ] as const;
}

export function inverse({ turn: [a, b], shift: [x, y] }: Similarity): Similarity {
  const size = a * a + b * b;
  return { turn: [a / size, -b / size], shift: [-(a * x + b * y) / size, -(a * y - b * x) / size] };
}

/** Whether a camera has not gone further than `cells` of a grid of this width, in any corner. */
export function isStanding({ turn, shift }: Similarity, cells: number, width: number): boolean {
  return Math.hypot(turn[0] - 1, turn[1]) * 0.6 + Math.hypot(...shift) < cells / width;
}

/** A picture as another's camera saw it; `outside` where that shows what this does not. */
export function warped(grid: Grid, way: Similarity, outside: number): Grid {
  const { width, height, channels, data } = grid;
  const out = createGrid(width, height, channels);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const [px, py] = placeOf(way, x, y, grid);
      const inside = px > -0.5 && py > -0.5 && px < width - 0.5 && py < height - 0.5;
      for (let c = 0; c < channels; c++)
        out.data[p * channels + c] = inside ? between(data, width, height, channels, c, px, py) : outside;
    }
  }
  return out;
}

function between(
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

function lightness({ width, height, channels, data }: Grid): Grid {
  if (channels === 1) return { width, height, channels, data };
  const out = createGrid(width, height, 1);
  for (let p = 0; p < out.data.length; p++) out.data[p] = data[p * channels] as number;
  return out;
}

function halved({ width, height, data }: Grid): Grid {
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

/** The shift by whole cells that brings two small pictures together best; standing still where none is clearly better. */
function shifted(one: Grid, other: Grid): Similarity {
  const { width, height } = one;
  const outwards = Float32Array.from(one.data, (_, p) =>
    outward(p % width, Math.floor(p / width), width, height),
  );
  const [across, down] = [Math.floor(width * 0.3), Math.floor(height * 0.3)];
  let [least, best]: [number, Similarity] = [Number.POSITIVE_INFINITY, standing];
  for (let dy = -down; dy <= down; dy++) {
    for (let dx = -across; dx <= across; dx++) {
      let [sum, count] = [0, 0];
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const step =
            (one.data[y * width + x] as number) - (other.data[(y + dy) * width + x + dx] as number);
          const weight = outwards[y * width + x] as number;
          sum += Math.min(0.1, Math.abs(step)) * weight;
          count += weight;
        }
      }
      const cost = (sum / count) * (dx === 0 && dy === 0 ? 0.8 : 1);
      if (cost < least) [least, best] = [cost, { turn: [1, 0], shift: [dx / width, dy / width] }];
    }
  }
  return best;
}

/** Improves a way by rounds of weighted least squares; `scale` is the difference from which a cell counts little. */
function fit(
  reference: Grid,
  other: Grid,
  from: Similarity,
  scale: number,
  most = fitRounds,
  weights?: Float32Array,
  stride = 1,
): Similarity {
  const { width, height, data } = reference;
  let way = from;
  const row = new Float64Array(5);
  for (let round = 0; round < most; round++) {
    const normal = new Float64Array(20);
    const [a, b] = way.turn;
    for (let y = 1; y < height - 1; y += stride) {
      const v = (y + 0.5 - height / 2) / width;
      for (let x = 1; x < width - 1; x += stride) {
        const p = y * width + x;
        const gx = (((data[p + 1] as number) - (data[p - 1] as number)) / 2) * width;
        const gy = (((data[p + width] as number) - (data[p - width] as number)) / 2) * width;
        if (gx * gx + gy * gy < 1e-4 * width) continue;
        const own = weights === undefined ? outward(x, y, width, height) : (weights[p] as number);
        if (own === 0) continue;
        const u = (x + 0.5) / width - 0.5;
        const px = (a * u - b * v + way.shift[0] + 0.5) * width - 0.5;
        const py = (b * u + a * v + way.shift[1]) * width + height / 2 - 0.5;
        if (px < 0 || py < 0 || px > width - 1 || py > height - 1) continue;
        const error = between(other.data, width, height, 1, 0, px, py) - (data[p] as number);
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
    const step = solved(normal);
    if (step === undefined) return way;
    const [grown, turned, x, y] = step;
    const back = inverse({ turn: [1 + grown, turned], shift: [x, y] });
    way = {
      turn: times(way.turn, back.turn),
      shift: [times(way.turn, back.shift)[0] + way.shift[0], times(way.turn, back.shift)[1] + way.shift[1]],
    };
    if ((Math.hypot(grown, turned) * 0.6 + Math.hypot(x, y)) * width < leastStep) break;
  }
  return way;
}

type Complex = readonly [number, number];

function times([a, b]: Complex, [c, d]: Complex): Complex {
  return [a * c - b * d, a * d + b * c];
}

/** Solves four symmetric equations, given as the upper triangle of five columns; undefined where they are not independent. */
function solved(upper: Float64Array): readonly [number, number, number, number] | undefined {
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

/** How much a cell tells of the camera: one towards the sides and the top more than the middle, where the subject likely is. */
function outward(x: number, y: number, width: number, height: number): number {
  const across = Math.abs((x + 0.5) / width - 0.5) * 2;
  const up = 1 - (y + 0.5) / height;
  return 0.15 + 0.85 * smoothstep(0.35, 0.85, Math.max(across, up * 0.95));
}

/** Slopes of lightness that are detail: what is plain looks alike wherever it is laid. */
const detail = 0.015;
/** Lightness below which all pictures are the same. */
const black = 0.15;

function agreement(one: Grid, other: Grid, way: Similarity): Omit<Registered, 'way'> {
  const { width, height, data } = one;
  const seen = warped(other, way, Number.NaN).data;
  let [both, lit, same, detailed, alike] = [0, 0, 0, 0, 0];
  for (let p = width; p < seen.length - width; p++) {
    const step = Math.abs((seen[p] as number) - (data[p] as number));
    if (Number.isNaN(step)) continue;
    both++;
    const weight = outward(p % width, Math.floor(p / width), width, height);
    if ((data[p] as number) > black) {
      lit += weight;
      if (step < sameStep) same += weight;
    }
    const across = Math.abs((data[p + 1] as number) - (data[p - 1] as number));
    const down = Math.abs((data[p + width] as number) - (data[p - width] as number));
    if (across + down < detail * 2) continue;
    detailed += weight;
    if (step < alikeStep) alike += weight;
  }
  return {
    overlap: both / seen.length,
    alike: detailed === 0 ? 0 : alike / detailed,
    same: lit === 0 ? 0 : same / lit,
  };
}
