import {
  createGrid,
  createPlanes,
  createRandom,
  type Grid,
  type View,
  viewPicture,
  viewPlanes,
} from '@restage/pixels';
import { describe, expect, test } from 'vitest';
import { applyModel } from './guided-filter.ts';

const random = createRandom(5);
const noise = (data: Uint8Array) => data.map(() => random() * 256);

function randomPicture(width: number, height: number): View {
  return viewPicture({ width, height, data: noise(new Uint8Array(width * height * 3)) });
}

function randomPlanes(width: number, height: number): View {
  return viewPlanes({ width, height, data: noise(createPlanes(width, height).data) });
}

/** Models of all kinds: most depend on the codes, many are 0 or 1 whatever the codes, the last in runs. */
function randomModels(columns: number, rows: number): Grid {
  const grid = createGrid(columns, rows, 4);
  for (let k = 0; k < grid.data.length; k += 4) {
    const flat = k % 80 < 48;
    const slope = () => (random() - 0.5) * (flat ? 0.05 : 1.5);
    grid.data.set([slope(), slope(), slope(), flat ? Number(k % 160 < 80) * 1.4 - 0.2 : random()], k);
  }
  return grid;
}

const within = (value: number, end: number) => Math.max(0, Math.min(end, value));
const { fround } = Math;

/** The reference: pixel by pixel in plain arithmetic, every step rounded to a float, no cell skipped. */
function applyModelPlainly(
  { width, height, codes, channels }: View,
  models: Grid,
  harden: boolean,
): Uint8Array {
  const out = new Uint8Array(width * height);
  const [low, high] = harden ? [0.1, 0.9] : [0.01, 0.99];
  const range = fround(1 / (high - low));
  for (let y = 0; y < height; y++) {
    const sy = within(((y + 0.5) * models.height) / height - 0.5, models.height - 1);
    for (let x = 0; x < width; x++) {
      const sx = within(((x + 0.5) * models.width) / width - 0.5, models.width - 1);
      const [top, left] = [Math.floor(sy), Math.floor(sx)];
      const interpolate = (a: number, b: number, fraction: number) =>
        fround(a + fround(fround(b - a) * fround(fraction)));
      const model = (c: number) => {
        const at = (row: number, column: number) => {
          const cell = within(row, models.height - 1) * models.width + within(column, models.width - 1);
          return fround((models.data[cell * 4 + c] ?? 0) / (c === 3 ? 1 : 255));
        };
        const mixed = (column: number) => interpolate(at(top, column), at(top + 1, column), sy - top);
        return interpolate(mixed(left), mixed(left + 1), sx - left);
      };
      const [r, g, b] = channels.map(({ at, row, step, shift }, c) =>
        fround((codes[at + (y >> shift) * row + (x >> shift) * step] ?? 0) * model(c)),
      );
      const value = fround(fround(fround((r ?? 0) + (g ?? 0)) + (b ?? 0)) + model(3));
      const t = within(fround(fround(value - fround(low)) * range), 1);
      const eased = harden ? fround(fround(t * t) * fround(3 - fround(2 * t))) : t;
      out[y * width + x] = Math.trunc(fround(fround(eased * 255) + 0.5));
    }
  }
  return out;
}

describe.each([
  [2, 2, 1, 1],
  [6, 4, 6, 4],
  [34, 20, 7, 5],
  [64, 36, 21, 12],
  [130, 70, 40, 22],
])('%i × %i pixels by models of %i × %i cells', (width, height, columns, rows) => {
  test.each([
    ['a picture', randomPicture],
    ['planes', randomPlanes],
  ])('applyModel on %s gives exactly what the formula gives', (_, createView) => {
    for (const harden of [true, false]) {
      const [view, models] = [createView(width, height), randomModels(columns, rows)];
      const matte = applyModel(view, models, harden);
      expect(matte).toEqual(applyModelPlainly(view, models, harden));
      if (width > 60) expect(new Set(matte).size).toBeGreaterThan(50);
    }
  });
});
