import { expect, test } from 'vitest';
import { bakeLut, sampleLut } from './lut.ts';
import { byteToLinear } from './srgb.ts';
import type { ColourStatistics } from './statistics.ts';
import { createColourTransfer } from './transfer.ts';

test('a LUT without maps returns every colour within half a code', () => {
  const lut = bakeLut([]);
  const out = new Float32Array(3);
  for (let code = 0; code < 256; code += 3) {
    sampleLut(lut, code, 255 - code, (code * 7) % 256, out);
    const next = (byteToLinear[Math.min(255, code + 1)] ?? 0) - (byteToLinear[code] ?? 0);
    expect(Math.abs((out[0] ?? 0) - (byteToLinear[code] ?? 0))).toBeLessThan(Math.max(next / 2, 5e-4));
  }
});

const statistics = (mean: ColourStatistics['mean'], spread: number): ColourStatistics => ({
  mean,
  weight: 1,
  covariance: [
    [spread, 0, 0],
    [0, spread / 4, 0],
    [0, 0, spread / 4],
  ],
});

test('colour transfer moves the mean more than half the distance and keeps black and white in range', () => {
  const subject = statistics([0.7, 0.02, 0.03], 0.02);
  const scene = statistics([0.4, 0.05, -0.04], 0.03);
  const map = createColourTransfer(subject, scene, 1);
  const [l, a, b] = map(subject.mean);
  const distance = (lab: readonly number[]) =>
    Math.hypot(...scene.mean.map((value, i) => value - (lab[i] ?? 0)));
  expect(distance([l, a, b])).toBeLessThan(distance(subject.mean) / 2);
  expect(map([0, 0, 0])[0]).toBeGreaterThanOrEqual(0);
  expect(map([1, 0, 0])[0]).toBeLessThanOrEqual(1);
});

test('colour transfer limits the shift of the mean’s chroma, however far the scene', () => {
  const subject = statistics([0.6, 0.03, 0.04], 0.02);
  const map = createColourTransfer(subject, statistics([0.6, -0.25, 0.2], 0.03), 1);
  const [, a, b] = map(subject.mean);
  expect(Math.hypot(a - 0.03, b - 0.04)).toBeLessThan(0.09);
});

test('colour transfer to a much lighter scene keeps blacks black and highlights apart', () => {
  const map = createColourTransfer(statistics([0.45, 0, 0], 0.02), statistics([0.85, 0, 0], 0.02), 1);
  const lightness = (l: number) => map([l, 0, 0])[0];
  expect(lightness(0.45)).toBeGreaterThan(0.68);
  expect(lightness(0.03)).toBeLessThan(0.09);
  expect(lightness(0.1)).toBeLessThan(0.23);
  expect(lightness(1) - lightness(0.9)).toBeGreaterThan(0.03);
  for (let l = 0; l < 1; l += 0.01) expect(lightness(l + 0.01)).toBeGreaterThan(lightness(l));
});
