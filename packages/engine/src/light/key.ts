import { luminance, mixRgb, type Rgb, scaleRgb } from '../colour/srgb.ts';
import type { Grid } from '../math/blur.ts';
import { clamp } from '../math/scalar.ts';
import type { Reading } from '../scene/reading.ts';

/** Where a scene's light comes from, as the viewer sees it. */
export interface KeyLight {
  /** Towards the light: x to the right, y down; at most 1 long. */
  readonly x: number;
  readonly y: number;
  /** 0…1: how one-sided the light is. */
  readonly strength: number;
  /** Its colour against the scene's mean, luminance about 1. */
  readonly tint: Rgb;
  /** 0…1: how much of it comes from behind the subject. */
  readonly rim: number;
}

/**
 * Estimates the key light of a plate (a small grid of linear RGB): it comes from where the plate is brighter
 * than its mean. Light words of the prompt overrule the estimate.
 */
export function keyLight(plate: Grid, reading: Reading | undefined): KeyLight {
  const { width, height, data } = plate;
  const total = new Float64Array(3);
  for (let i = 0; i < data.length; i += 3) addLevel(total, data, i, 1);
  const cells = width * height;
  const mean = scaleRgb(rgbOf(total, 0), 1 / cells);
  const meanLevel = Math.max(1e-4, luminance(mean));
  let weight = 0;
  let x = 0;
  let y = 0;
  const bright = new Float64Array(3);
  for (let cell = 0; cell < cells; cell++) {
    const excess = clamp(luminance(rgbOf(data, cell * 3)) / meanLevel - 1.1, 0, 4);
    weight += excess;
    x += excess * (((cell % width) + 0.5) / width - 0.5);
    y += excess * ((Math.floor(cell / width) + 0.5) / height - 0.5);
    addLevel(bright, data, cell * 3, excess);
  }
  if (weight > 0) {
    x /= weight;
    y /= weight;
  }
  const one = (colour: Rgb): Rgb => scaleRgb(colour, 1 / Math.max(1e-4, luminance(colour)));
  const against = weight > 0 ? one(rgbOf(bright, 0)) : one(mean);
  const tint = mixRgb(
    [1, 1, 1],
    [clamp(against[0], 0.5, 1.7), clamp(against[1], 0.5, 1.7), clamp(against[2], 0.4, 1.7)],
    0.7,
  );
  const centred = weight / cells > 0.12 && Math.hypot(x, y) < 0.14 ? 0.6 : 0.25;
  return directed(
    {
      x: clamp(x * 3.2, -1, 1),
      y: clamp(y * 3.2 - 0.2, -1, 1),
      strength: clamp(0.25 + Math.hypot(x, y) * 2, 0, 0.85),
      tint,
      rim: centred,
    },
    reading,
  );
}

/** Applies the direction and hardness words of a prompt. */
function directed(key: KeyLight, reading: Reading | undefined): KeyLight {
  if (reading === undefined) return key;
  const has = (light: Reading['lights'][number]) => reading.lights.includes(light);
  let { x, y, strength, rim } = key;
  if (has('left') || has('right')) {
    x = has('left') ? -0.9 : 0.9;
    strength = Math.max(strength, 0.7);
  }
  if (has('above')) {
    y = -0.9;
    x *= 0.4;
    strength = Math.max(strength, 0.65);
  }
  if (has('behind')) rim = 1;
  if (has('soft')) strength *= 0.6;
  if (has('hard')) strength = Math.min(1, strength * 1.5);
  return { x, y, strength, tint: key.tint, rim };
}

function rgbOf(data: Float32Array | Float64Array, at: number): Rgb {
  return [data[at] as number, data[at + 1] as number, data[at + 2] as number];
}

/** In place: a new colour for each of thousands of cells would be most of the work. */
function addLevel(sum: Float64Array, data: Float32Array, at: number, weight: number): void {
  sum[0] = (sum[0] as number) + (data[at] as number) * weight;
  sum[1] = (sum[1] as number) + (data[at + 1] as number) * weight;
  sum[2] = (sum[2] as number) + (data[at + 2] as number) * weight;
}
