import { clamp, type Grid, luminance, mixRgb, type Rgb, scaleRgb } from '@restage/pixels';
import type { ParsedPrompt } from './parse-prompt.ts';

/** Where a scene's light comes from, as the viewer sees it. */
export interface KeyLight {
  /** Direction towards the light: x to the right, y down; length at most 1. */
  readonly x: number;
  readonly y: number;
  /** How directional the light is, 0…1. */
  readonly strength: number;
  /** Its colour relative to the scene's mean, with a luminance of about 1. */
  readonly tint: Rgb;
  /** How much of it comes from behind the subject, 0…1. */
  readonly rim: number;
}

/**
 * Estimates the key light of a plate (a small grid of linear RGB): it comes from where the plate is brighter than its
 * mean. Light words of the prompt override the estimate.
 */
export function estimateKeyLight(plate: Grid, parsed: ParsedPrompt | undefined): KeyLight {
  const { width, height, data } = plate;
  const total = new Float64Array(3);
  for (let i = 0; i < data.length; i += 3) addLevel(total, data, i, 1);
  const cells = width * height;
  const mean = scaleRgb(getRgb(total, 0), 1 / cells);
  const meanLevel = Math.max(1e-4, luminance(mean));
  let weight = 0;
  let x = 0;
  let y = 0;
  const bright = new Float64Array(3);
  for (let cell = 0; cell < cells; cell++) {
    const excess = clamp(luminance(getRgb(data, cell * 3)) / meanLevel - 1.1, 0, 4);
    weight += excess;
    x += excess * (((cell % width) + 0.5) / width - 0.5);
    y += excess * ((Math.floor(cell / width) + 0.5) / height - 0.5);
    addLevel(bright, data, cell * 3, excess);
  }
  if (weight > 0) {
    x /= weight;
    y /= weight;
  }
  const normalize = (colour: Rgb): Rgb => scaleRgb(colour, 1 / Math.max(1e-4, luminance(colour)));
  const relative = weight > 0 ? normalize(getRgb(bright, 0)) : normalize(mean);
  const tint = mixRgb(
    [1, 1, 1],
    [clamp(relative[0], 0.5, 1.7), clamp(relative[1], 0.5, 1.7), clamp(relative[2], 0.4, 1.7)],
    0.7,
  );
  const centred = weight / cells > 0.12 && Math.hypot(x, y) < 0.14 ? 0.6 : 0.25;
  return applyDirection(
    {
      x: clamp(x * 3.2, -1, 1),
      y: clamp(y * 3.2 - 0.2, -1, 1),
      strength: clamp(0.25 + Math.hypot(x, y) * 2, 0, 0.85),
      tint,
      rim: centred,
    },
    parsed,
  );
}

/** Applies the direction and hardness words of a prompt. */
function applyDirection(key: KeyLight, parsed: ParsedPrompt | undefined): KeyLight {
  if (parsed === undefined) return key;
  const has = (light: ParsedPrompt['lights'][number]) => parsed.lights.includes(light);
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

function getRgb(data: Float32Array | Float64Array, at: number): Rgb {
  return [data[at] as number, data[at + 1] as number, data[at + 2] as number];
}

/** In place: allocating a colour for each of thousands of cells would take most of the time. */
function addLevel(sum: Float64Array, data: Float32Array, at: number, weight: number): void {
  sum[0] = (sum[0] as number) + (data[at] as number) * weight;
  sum[1] = (sum[1] as number) + (data[at + 1] as number) * weight;
  sum[2] = (sum[2] as number) + (data[at + 2] as number) * weight;
}
