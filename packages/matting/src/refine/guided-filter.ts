import { boxBlur, type Channel, clamp, createGrid, type Grid, resize, type View } from '@restage/pixels';
import { guideArena, modelKinds } from './guided-filter-kernel.ts';

/** Options of the edge refinement. */
export interface RefineOptions {
  /** Cells along the longer side of the grid on which the filter's coefficients are computed. */
  readonly cells: number;
  /** The window's radius as a share of the longer side; never less than two cells. */
  readonly reach: number;
  /** Whether to remove the filter's residual blur: 0.1 becomes 0, and 0.9 becomes 1. */
  readonly harden: boolean;
}

/** Defaults for hard labels on a small grid. */
const defaultOptions: RefineOptions = { cells: 320, reach: 0.014, harden: true };

/** The model's values that become 0 and 1; values beyond are residual blur, or rounding. */
const hardRange = [0.1, 0.9] as const;
const softRange = [0.01, 0.99] as const;

/** Means that a window's model is computed from: three codes, the matte, its products with them, and theirs. */
const momentCount = 13;

/**
 * Aligns a coarse matte with the picture's edges: the fast guided filter (He and Sun 2015) with the picture's colours
 * as guide, coefficients on a small grid, applied to every pixel.
 * @param coarse 0…1, one channel, of any size.
 * @returns one byte per pixel.
 */
export function refineMatte(view: View, coarse: Grid, options: RefineOptions = defaultOptions): Uint8Array {
  const { width, height } = view;
  const scale = Math.min(1, options.cells / Math.max(width, height));
  const columns = Math.max(1, Math.round(width * scale));
  const rows = Math.max(1, Math.round(height * scale));
  const moments = computeMoments(view, resize(coarse, columns, rows));
  const radius = Math.max(2, Math.round(Math.max(columns, rows) * options.reach));
  boxBlur(moments, radius);
  const coefficients = createGrid(columns, rows, 4);
  for (let o = 0, k = 0; o < moments.data.length; o += momentCount, k += 4)
    solveWindow(moments.data, o, coefficients.data, k);
  boxBlur(coefficients, radius);
  return applyModel(view, coefficients, options.harden);
}

/** Products of codes, 0…1, and the matte; one pixel of the frame for each cell of the matte. */
function computeMoments({ width, height, codes, channels }: View, matte: Grid): Grid {
  const moments = createGrid(matte.width, matte.height, momentCount);
  const { data } = moments;
  const [first, second, third] = channels;
  for (let y = 0, cell = 0; y < matte.height; y++) {
    const py = Math.floor(((y + 0.5) * height) / matte.height);
    const getRowStart = ({ at, row, shift }: Channel) => at + (py >> shift) * row;
    const [one, two, three] = [getRowStart(first), getRowStart(second), getRowStart(third)];
    for (let x = 0; x < matte.width; x++, cell++) {
      const px = Math.floor(((x + 0.5) * width) / matte.width);
      const r = (codes[one + px * first.step] as number) / 255;
      const g = (codes[two + (px >> second.shift) * second.step] as number) / 255;
      const b = (codes[three + (px >> third.shift) * third.step] as number) / 255;
      const p = matte.data[cell] as number;
      const o = cell * momentCount;
      data[o] = r;
      data[o + 1] = g;
      data[o + 2] = b;
      data[o + 3] = p;
      data[o + 4] = r * p;
      data[o + 5] = g * p;
      data[o + 6] = b * p;
      data[o + 7] = r * r;
      data[o + 8] = r * g;
      data[o + 9] = r * b;
      data[o + 10] = g * g;
      data[o + 11] = g * b;
      data[o + 12] = b * b;
    }
  }
  return moments;
}

/**
 * Evaluates the model of each pixel, with coefficients interpolated between the four cells around it.
 * @param coefficients four per cell: what codes of 0…1 are multiplied by, and what is added.
 */
export function applyModel(
  { width, height, codes, channels: [first, second, third] }: View,
  { width: columns, height: rows, data }: Grid,
  harden: boolean,
): Uint8Array {
  const { kernels, ...arena } = guideArena(
    data.length * 4 + (columns + 1) * (20 + rows) + codes.length + width * (height + 8) + 256,
  );
  const [low, high] = harden ? hardRange : softRange;
  const cells = arena.floats(data.length);
  const known = arena.bytes((columns + 1) * rows);
  for (let y = 0, k = 0, o = 0; y < rows; y++, o++) {
    for (let x = 0; x < columns; x++, k += 4, o++) {
      let [least, most] = [data[k + 3] as number, data[k + 3] as number];
      cells.view[k + 3] = least;
      for (let c = k; c < k + 3; c++) {
        const slope = data[c] as number;
        cells.view[c] = slope / 255;
        if (slope < 0) least += slope;
        else most += slope;
      }
      known.view[o] = most < low ? modelKinds.empty : least > high ? modelKinds.full : modelKinds.open;
    }
    known.view[o] = known.view[o - 1] as number;
  }
  const frame = arena.bytes(codes.length);
  frame.view.set(codes);
  const down = arena.floats(1);
  const ease = arena.floats(2);
  ease.view.set([low, 1 / (high - low)]);
  const starts = arena.integers(columns + 1);
  const fractions = arena.floats(width);
  starts.view.fill(width);
  for (let x = width - 1; x >= 0; x--) {
    const place = clamp(((x + 0.5) * columns) / width - 0.5, 0, columns - 1);
    starts.view[Math.floor(place)] = x;
    fractions.view[x] = place - Math.floor(place);
  }
  const [line, values] = [arena.floats((columns + 1) * 4), arena.floats(width)];
  const out = arena.bytes(width * height);
  for (let y = 0; y < height; y++) {
    const place = clamp(((y + 0.5) * rows) / height - 0.5, 0, rows - 1);
    const [top, bottom] = [Math.floor(place), Math.min(rows - 1, Math.floor(place) + 1)];
    down.view[0] = place - top;
    const getRowStart = ({ at, row, shift }: Channel) => frame.at + at + (y >> shift) * row;
    kernels.guideRow({
      ...{ upper: cells.at + top * columns * 16, lower: cells.at + bottom * columns * 16 },
      ...{ upperKinds: known.at + top * (columns + 1), lowerKinds: known.at + bottom * (columns + 1) },
      ...{ down: down.at, columns, line: line.at, starts: starts.at, fractions: fractions.at, width },
      ...{ first: getRowStart(first), second: getRowStart(second), third: getRowStart(third) },
      ...{ firstStep: first.step, step: second.step, shift: second.shift },
      ...{ values: values.at, ease: ease.at, eased: harden ? 1 : 0, out: out.at + y * width },
    });
  }
  return out.view.slice();
}

/** The linear model α = a·colour + b of one window, from its means: (Σ + εI)a = cov, by Cramer's rule. */
function solveWindow(m: Float32Array, o: number, out: Float32Array, k: number): void {
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
  out[k] = ar;
  out[k + 1] = ag;
  out[k + 2] = ab;
  out[k + 3] = p - ar * r - ag * g - ab * b;
}
