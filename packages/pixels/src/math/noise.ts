import type { Random } from './random.ts';

/**
 * Gradient noise over the plane, for {@link sampleNoise}. It is data and not a function, since code that calls another
 * function for every scene is compiled anew for each.
 */
export interface Noise {
  /** A permutation of 0…255, twice. */
  readonly order: Uint8Array;
  /** The gradient of each corner, by the same index. */
  readonly across: Float64Array;
  readonly down: Float64Array;
}

/** Perlin's improved noise (2002) in two dimensions, with a random permutation. */
export function createNoise(random: Random): Noise {
  const order = new Uint8Array(512);
  for (let i = 0; i < 256; i++) order[i] = i;
  for (let i = 255; i > 0; i--) {
    const j = Math.floor(random() * (i + 1));
    const swapped = order[i] ?? 0;
    order[i] = order[j] ?? 0;
    order[j] = swapped;
  }
  order.copyWithin(256, 0, 256);
  const angles = Float64Array.from(order, (turn) => (turn / 256) * Math.PI * 2);
  return { order, across: angles.map(Math.cos), down: angles.map(Math.sin) };
}

/** The noise at a position: about -1…1, smooth, with features one unit wide. */
export function sampleNoise({ order, across, down }: Noise, x: number, y: number): number {
  const x0 = Math.floor(x);
  const y0 = Math.floor(y);
  const fx = x - x0;
  const fy = y - y0;
  const column = x0 & 255;
  const row = y0 & 255;
  const left = (order[column] as number) + row;
  const right = (order[column + 1] as number) + row;
  const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
  const v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
  const top = (across[left] as number) * fx + (down[left] as number) * fy;
  const topRight = (across[right] as number) * (fx - 1) + (down[right] as number) * fy;
  const bottom = (across[left + 1] as number) * fx + (down[left + 1] as number) * (fy - 1);
  const bottomRight = (across[right + 1] as number) * (fx - 1) + (down[right + 1] as number) * (fy - 1);
  const upper = top + (topRight - top) * u;
  const lower = bottom + (bottomRight - bottom) * u;
  return (upper + (lower - upper) * v) * 1.5;
}

/** Fractal sum of `octaves` noises, each twice as fine and half as strong; about -1…1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let i = 0; i < octaves; i++) {
    sum += sampleNoise(noise, x * scale + i * 17.3, y * scale - i * 9.1) * weight;
    weight *= 0.5;
    scale *= 2.03;
  }
  return sum;
}

/** Ridged fractal noise, 0…1: sharp crests where the noise crosses zero. */
export function ridged(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let i = 0; i < octaves; i++) {
    const crest = 1 - Math.abs(sampleNoise(noise, x * scale + i * 31.7, y * scale + i * 11.9));
    sum += crest * crest * weight;
    weight *= 0.5;
    scale *= 2.03;
  }
  return sum;
}
