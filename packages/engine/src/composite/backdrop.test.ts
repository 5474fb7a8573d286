import { expect, test } from 'vitest';
import { codeOfLinear } from '../colour/srgb.ts';
import { createGrid } from '../math/blur.ts';
import { randomFrom } from '../math/random.ts';
import { finishBackdrop, gridPlate, noiseTable } from './backdrop.ts';
import { rounded as f, place } from './scalar-kit.ts';

test.each([
  [45, 31, 1.5],
  [640, 3, 0.5],
])('grain on %i × %i pixels is what plain arithmetic gives, every byte', (width, height, grain) => {
  const plate = createGrid(width, height, 3);
  const random = randomFrom(3);
  for (let i = 0; i < plate.data.length; i++) plate.data[i] = random() * 1.2 - 0.1;
  const { bytes } = finishBackdrop(gridPlate(plate), grain, 77);

  const noise = noiseTable(77);
  const expected = Uint8Array.from(bytes, (_, i) => {
    const row = Math.floor(i / (width * 3));
    const start = Math.imul(row + 1, 0x9e3779b1) + Math.floor((i % (width * 3)) / 3) * 3;
    const at = (step: number) => noise[(start + step) & (noise.length - 1)] ?? 0;
    const code = codeOfLinear[place(Math.min(1, Math.max(0, plate.data[i] ?? 0)))] ?? 0;
    const grained = f(f(f(code + f(at(0) * grain)) + f(at(1 + (i % 3)) * 0.5)) + 0.5);
    return Math.max(0, Math.min(255, grained));
  });
  expect(bytes).toEqual(expected);
});
