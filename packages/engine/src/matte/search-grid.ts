import { labFromRgb } from '../colour/oklab.ts';
import type { View } from '../composite/view.ts';
import { createGrid, type Grid } from '../math/blur.ts';

/** Cells along the longer side of the grid on which the subject is looked for, where not told otherwise. */
const searchSize = 192;

/** A small picture of the frame in OKLab, each cell the mean of four looks. */
export function labGrid(view: View, size = searchSize): Grid {
  const { width, height } = view;
  const scale = Math.min(1, size / Math.max(width, height));
  const grid = linearGrid(
    view,
    Math.max(2, Math.round(width * scale)),
    Math.max(2, Math.round(height * scale)),
    2,
  );
  for (let at = 0; at < grid.data.length; at += 3) {
    grid.data.set(
      labFromRgb([grid.data[at] as number, grid.data[at + 1] as number, grid.data[at + 2] as number]),
      at,
    );
  }
  return grid;
}

/** The frame in linear RGB at another size, each cell the mean of `looks × looks` pixels spread over it. */
export function linearGrid(
  { width, height, linear }: View,
  columns: number,
  rows: number,
  looks: number,
): Grid {
  const grid = createGrid(columns, rows, 3);
  const { data } = grid;
  const rgb = new Float32Array(3);
  const share = looks * looks;
  const places = (cells: number, pixels: number) =>
    Int32Array.from({ length: cells * looks }, (_, n) =>
      Math.floor(((Math.floor(n / looks) + ((n % looks) + 0.5) / looks) * pixels) / cells),
    );
  const [across, down] = [places(columns, width), places(rows, height)];
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at += 3) {
      for (let n = y * looks; n < (y + 1) * looks; n++) {
        for (let m = x * looks; m < (x + 1) * looks; m++) {
          linear(across[m] as number, down[n] as number, rgb);
          for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] as number) + (rgb[c] as number) / share;
        }
      }
    }
  }
  return grid;
}
