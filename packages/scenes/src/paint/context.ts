import type { Grid, Noise, Random, Rgb } from '@restage/pixels';
import type { ParsedPrompt } from '../parse-prompt.ts';
import type { Sky } from '../sky.ts';

/**
 * What a painter works with. The canvas holds linear light in three channels; positions are in units of its height,
 * so that a cloud is as wide in a portrait as in a landscape.
 */
export interface PaintContext {
  readonly canvas: Grid;
  /** Width over height. */
  readonly aspect: number;
  readonly random: Random;
  readonly noise: Noise;
  readonly sky: Sky;
  readonly parsed: ParsedPrompt;
}

/**
 * Calls `shade(x, y, i)` for every pixel whose centre lies between two heights; `i` is the index of its first float.
 */
export function forEachPixel(
  { canvas }: PaintContext,
  top: number,
  bottom: number,
  shade: (x: number, y: number, i: number) => void,
): void {
  const first = Math.max(0, Math.floor(top * canvas.height));
  const last = Math.min(canvas.height, Math.ceil(bottom * canvas.height));
  const unit = 1 / canvas.height;
  for (let row = first; row < last; row++) {
    let i = row * canvas.width * 3;
    for (let column = 0; column < canvas.width; column++, i += 3)
      shade((column + 0.5) * unit, (row + 0.5) * unit, i);
  }
}

export function setPixel(data: Float32Array, i: number, r: number, g: number, b: number): void {
  data[i] = r;
  data[i + 1] = g;
  data[i + 2] = b;
}

/** Blends a colour over a pixel, by `amount` 0…1. */
export function blendPixel(data: Float32Array, i: number, colour: Rgb, amount: number): void {
  data[i] = (data[i] as number) + (colour[0] - (data[i] as number)) * amount;
  data[i + 1] = (data[i + 1] as number) + (colour[1] - (data[i + 1] as number)) * amount;
  data[i + 2] = (data[i + 2] as number) + (colour[2] - (data[i + 2] as number)) * amount;
}

/** Adds light to a pixel. */
export function addLight(data: Float32Array, i: number, colour: Rgb, amount: number): void {
  data[i] = (data[i] as number) + colour[0] * amount;
  data[i + 1] = (data[i + 1] as number) + colour[1] * amount;
  data[i + 2] = (data[i + 2] as number) + colour[2] * amount;
}

/** Adds a soft disc of light, as from a point out of focus: even inside, a little brighter at its rim. */
export function addDisc(
  context: PaintContext,
  x: number,
  y: number,
  radius: number,
  colour: Rgb,
  amount: number,
): void {
  const { canvas } = context;
  const size = canvas.height;
  const left = Math.max(0, Math.floor((x - radius * 1.15) * size));
  const right = Math.min(canvas.width - 1, Math.ceil((x + radius * 1.15) * size));
  const top = Math.max(0, Math.floor((y - radius * 1.15) * size));
  const bottom = Math.min(canvas.height - 1, Math.ceil((y + radius * 1.15) * size));
  const softness = Math.max(0.06, 1.5 / (radius * size));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const distance = Math.hypot((column + 0.5) / size - x, (row + 0.5) / size - y) / radius;
      const inside = Math.min(1, Math.max(0, (1 - distance) / softness + 0.5));
      if (inside > 0)
        addLight(
          canvas.data,
          (row * canvas.width + column) * 3,
          colour,
          amount * inside * (0.75 + 0.35 * distance * distance),
        );
    }
  }
}
