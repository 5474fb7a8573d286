import type { Random } from './random.ts';

/** Gradient noise over the plane: about -1…1, smooth, with features one unit wide. */
export type Noise = (x: number, y: number) => number;

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
  const gradients = new Float64Array(512);
  for (let i = 0; i < 256; i++) {
    gradients[i * 2] = Math.cos((i / 256) * Math.PI * 2);
    gradients[i * 2 + 1] = Math.sin((i / 256) * Math.PI * 2);
  }
  const corner = (hash: number, x: number, y: number) =>
    (gradients[hash * 2] ?? 0) * x + (gradients[hash * 2 + 1] ?? 0) * y;

  return (x, y) => {
    const x0 = Math.floor(x);
    const y0 = Math.floor(y);
    const fx = x - x0;
    const fy = y - y0;
    const column = x0 & 255;
    const row = y0 & 255;
    const left = (order[column] ?? 0) + row;
    const right = (order[column + 1] ?? 0) + row;
    const u = fx * fx * fx * (fx * (fx * 6 - 15) + 10);
    const v = fy * fy * fy * (fy * (fy * 6 - 15) + 10);
    const top = corner(order[left] ?? 0, fx, fy);
    const topRight = corner(order[right] ?? 0, fx - 1, fy);
    const bottom = corner(order[left + 1] ?? 0, fx, fy - 1);
    const bottomRight = corner(order[right + 1] ?? 0, fx - 1, fy - 1);
    const upper = top + (topRight - top) * u;
    const lower = bottom + (bottomRight - bottom) * u;
    return (upper + (lower - upper) * v) * 1.5;
  };
}

/** Fractal sum of `octaves` noises, each twice as fine and half as strong; about -1…1. */
export function fractal(noise: Noise, x: number, y: number, octaves: number): number {
  let sum = 0;
  let weight = 0.5;
  let scale = 1;
  for (let i = 0; i < octaves; i++) {
    sum += noise(x * scale + i * 17.3, y * scale - i * 9.1) * weight;
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
    const crest = 1 - Math.abs(noise(x * scale + i * 31.7, y * scale + i * 11.9));
    sum += crest * crest * weight;
    weight *= 0.5;
    scale *= 2.03;
  }
  return sum;
}
