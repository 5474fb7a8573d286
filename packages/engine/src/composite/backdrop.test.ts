import { byteToLinear, createGrid, createRandom, encodeSrgb } from '@restage/pixels';
import { compressHighlight } from '@restage/scenes';
import { expect, test } from 'vitest';
import { rounded as f, mixed } from '../../test/support/scalar.ts';
import { createBackdrop, createNoiseTable, linearize, linearToPlate, paintedToPlate } from './backdrop.ts';

/** Where among `cells` the middle of place `at` of `count` lies: the cell before it, and how far from that to the next. */
function placed(at: number, count: number, cells: number) {
  const exact = Math.max(0, Math.min(cells - 1, ((at + 0.5) * cells) / count - 0.5));
  return [Math.floor(exact), f(exact - Math.floor(exact))] as const;
}

test.each([
  [45, 31, 45, 31, 1.5],
  [640, 3, 427, 2, 0.5],
  [50, 40, 1, 1, 1.5],
])(
  '%i × %i pixels of a plate of %i × %i, with grain, are what plain arithmetic gives, every byte',
  (width, height, across, down, grain) => {
    const random = createRandom(3);
    const plate = Float32Array.from({ length: across * down * 3 }, () => random() * 255);
    const backdrop = createBackdrop(
      { width: across, height: down, codes: plate },
      { width, height },
      grain,
      77,
    );
    const noise = createNoiseTable(77);
    for (let y = 0; y < height; y++) {
      const codes = new Float32Array(width * 3);
      const bytes = new Uint8Array(width * 3);
      backdrop.row(y, codes, bytes);
      const [upper, lower] = placed(y, height, down);
      const expected = Float32Array.from(codes, (_, i) => {
        const [left, share] = placed(Math.floor(i / 3), width, across);
        const cell = (column: number, row: number) =>
          plate[(Math.min(row, down - 1) * across + Math.min(column, across - 1)) * 3 + (i % 3)] ?? 0;
        const column = (at: number) => mixed(cell(at, upper), cell(at, upper + 1), lower);
        return mixed(column(left), column(left + 1), share);
      });
      expect(codes).toEqual(expected);
      const start = Math.imul(y + 1, 0x9e3779b1);
      const at = (i: number) => noise[(start + i) & (noise.length - 1)] ?? 0;
      expect(bytes).toEqual(
        Uint8Array.from(expected, (code, i) => {
          const pixel = i - (i % 3);
          const grained = f(f(f(code + f(at(pixel) * grain)) + f(at(i + 1) * 0.5)) + 0.5);
          return Math.max(0, Math.min(255, grained));
        }),
      );
    }
  },
);

test('a plate’s code values are those of its light, and back, as near as an eye can tell', () => {
  const plate = createGrid(256, 1, 3);
  for (let i = 0; i < plate.data.length; i++) plate.data[i] = byteToLinear[Math.floor(i / 3)] ?? 0;
  const { codes } = linearToPlate(plate);
  for (let i = 0; i < codes.length; i++)
    expect(Math.abs((codes[i] ?? 0) - Math.floor(i / 3))).toBeLessThan(0.11);
  const linear = new Float32Array(codes.length);
  linearize(codes, linear);
  for (let i = 0; i < codes.length; i++)
    expect(Math.abs((linear[i] ?? 0) - (plate.data[i] ?? 0))).toBeLessThan(5e-4);
});

test('a painted plate’s code values are those of its light with highlights compressed', () => {
  // Rows of 9 floats, which are not a whole number of vectors.
  const plate = createGrid(3, 200, 3);
  for (let i = 0; i < plate.data.length; i++) plate.data[i] = -0.1 + (i / 300) ** 2;
  const { codes } = paintedToPlate(plate);
  expect(codes).toHaveLength(plate.data.length);
  for (const [i, light] of plate.data.entries()) {
    const expected = encodeSrgb(compressHighlight(light)) * 255;
    expect(Math.abs((codes[i] ?? 0) - expected), `light ${light}`).toBeLessThan(0.07);
  }
});
