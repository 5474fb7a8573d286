import type { View } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { clamp, smoothstep } from '../math/scalar.ts';
import { resize } from '../scene/plate.ts';

/** Cells along the longer side of the grid on which the filter's coefficients are found. */
const guideSize = 480;

/**
 * Brings a coarse matte to the picture's edges: the fast guided filter (He and Sun 2015) with the picture's
 * colours as guide, coefficients on a small grid, applied to every pixel.
 * @param coarse 0…1, one channel, of any size.
 * @returns one byte a pixel.
 */
export function refine(view: View, coarse: Grid): Uint8Array {
  const { width, height, codes } = view;
  const code = new Float32Array(3);
  const scale = Math.min(1, guideSize / Math.max(width, height));
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const target = resize(coarse, columns, rows);
  const moments = createGrid(columns, rows, 13);
  for (let y = 0, o = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, o += 13) {
      codes(Math.floor(((x + 0.5) * width) / columns), Math.floor(((y + 0.5) * height) / rows), code);
      const r = code[0] as number;
      const g = code[1] as number;
      const b = code[2] as number;
      const p = target.data[o / 13] as number;
      moments.data.set([r, g, b, p, r * p, g * p, b * p, r * r, r * g, r * b, g * g, g * b, b * b], o);
    }
  }
  const radius = Math.max(2, Math.round(Math.max(columns, rows) * 0.014));
  boxBlur(moments, radius);
  const coefficients = createGrid(columns, rows, 4);
  for (let o = 0, k = 0; o < moments.data.length; o += 13, k += 4)
    coefficients.data.set(solve(moments.data, o), k);
  boxBlur(coefficients, radius);
  const full = resize(coefficients, width, height);
  const matte = new Uint8Array(width * height);
  for (let p = 0, y = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const k = p * 4;
      codes(x, y, code);
      const value =
        (full.data[k] as number) * (code[0] as number) +
        (full.data[k + 1] as number) * (code[1] as number) +
        (full.data[k + 2] as number) * (code[2] as number) +
        (full.data[k + 3] as number);
      matte[p] = Math.round(smoothstep(0.1, 0.9, clamp(value, 0, 1)) * 255);
    }
  }
  return matte;
}

/** The linear model α = a·colour + b of one window, from its means: (Σ + εI)a = cov, by Cramer's rule. */
function solve(m: Float32Array, o: number): readonly [number, number, number, number] {
  const at = (n: number) => m[o + n] as number;
  const epsilon = 4e-4;
  const r = at(0);
  const g = at(1);
  const b = at(2);
  const p = at(3);
  const cr = at(4) - r * p;
  const cg = at(5) - g * p;
  const cb = at(6) - b * p;
  const rr = at(7) - r * r + epsilon;
  const rg = at(8) - r * g;
  const rb = at(9) - r * b;
  const gg = at(10) - g * g + epsilon;
  const gb = at(11) - g * b;
  const bb = at(12) - b * b + epsilon;
  const i0 = gg * bb - gb * gb;
  const i1 = gb * rb - rg * bb;
  const i2 = rg * gb - gg * rb;
  const determinant = rr * i0 + rg * i1 + rb * i2;
  const ar = (i0 * cr + i1 * cg + i2 * cb) / determinant;
  const ag = (i1 * cr + (rr * bb - rb * rb) * cg + (rb * rg - rr * gb) * cb) / determinant;
  const ab = (i2 * cr + (rb * rg - rr * gb) * cg + (rr * gg - rg * rg) * cb) / determinant;
  return [ar, ag, ab, p - ar * r - ag * g - ab * b];
}
