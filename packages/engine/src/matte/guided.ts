import type { View } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { clamp, smoothstep } from '../math/scalar.ts';

/** How a matte is brought to the edges. */
export interface Refinement {
  /** Cells along the longer side of the grid on which the filter's coefficients are found. */
  readonly cells: number;
  /** How far a window reaches, as a share of the longer side; never less than two cells. */
  readonly reach: number;
  /** Whether what the filter leaves of a blur is taken out: 0.1 becomes 0, and 0.9 becomes 1. */
  readonly harden: boolean;
}

/** For hard labels on a small grid. */
const usual: Refinement = { cells: 320, reach: 0.014, harden: true };

/**
 * Brings a coarse matte to the picture's edges: the fast guided filter (He and Sun 2015) with the picture's
 * colours as guide, coefficients on a small grid, applied to every pixel.
 * @param coarse 0…1, one channel, of any size.
 * @returns one byte a pixel.
 */
export function refine(view: View, coarse: Grid, refinement: Refinement = usual): Uint8Array {
  const { width, height, codes } = view;
  const code = new Float32Array(3);
  const scale = Math.min(1, refinement.cells / Math.max(width, height));
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
  const radius = Math.max(2, Math.round(Math.max(columns, rows) * refinement.reach));
  boxBlur(moments, radius);
  const coefficients = createGrid(columns, rows, 4);
  for (let o = 0, k = 0; o < moments.data.length; o += 13, k += 4)
    coefficients.data.set(solve(moments.data, o), k);
  boxBlur(coefficients, radius);
  return apply(view, coefficients, refinement.harden);
}

/** Coefficients below this, at all four corners, leave a pixel what its cell is. */
const negligible = 1e-3;

/** Evaluates the model of each pixel, its coefficients between those of the four cells around it. */
function apply(
  { width, height, codes }: View,
  { width: columns, height: rows, data }: Grid,
  harden: boolean,
): Uint8Array {
  const matte = new Uint8Array(width * height);
  const code = new Float32Array(3);
  const flat = new Uint8Array(columns * rows);
  for (let cell = 0; cell < flat.length; cell++) {
    const k = cell * 4;
    const slope =
      Math.abs(data[k] as number) + Math.abs(data[k + 1] as number) + Math.abs(data[k + 2] as number);
    const level = data[k + 3] as number;
    if (slope < negligible) flat[cell] = level < 0.01 ? 1 : level > 0.99 ? 2 : 0;
  }
  for (let y = 0, p = 0; y < height; y++) {
    const sy = clamp(((y + 0.5) * rows) / height - 0.5, 0, rows - 1);
    const top = Math.floor(sy);
    const fy = sy - top;
    const upper = top * columns;
    const lower = Math.min(rows - 1, top + 1) * columns;
    for (let x = 0; x < width; x++, p++) {
      const sx = clamp(((x + 0.5) * columns) / width - 0.5, 0, columns - 1);
      const left = Math.floor(sx);
      const right = Math.min(columns - 1, left + 1);
      const corner = flat[upper + left] as number;
      if (
        corner !== 0 &&
        corner === flat[upper + right] &&
        corner === flat[lower + left] &&
        corner === flat[lower + right]
      ) {
        if (corner === 2) matte[p] = 255;
        continue;
      }
      const fx = sx - left;
      codes(x, y, code);
      let value = 0;
      for (let c = 0; c < 4; c++) {
        const a = data[(upper + left) * 4 + c] as number;
        const b = data[(lower + left) * 4 + c] as number;
        const above = a + ((data[(upper + right) * 4 + c] as number) - a) * fx;
        const below = b + ((data[(lower + right) * 4 + c] as number) - b) * fx;
        value += (above + (below - above) * fy) * (c === 3 ? 1 : (code[c] as number));
      }
      matte[p] = Math.round((harden ? smoothstep(0.1, 0.9, value) : clamp(value, 0, 1)) * 255);
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
