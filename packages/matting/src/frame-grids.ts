import { createGrid, type Grid, rgbToLab, type View, viewPicture, viewPlanes } from '@restage/pixels';

/** Cells along the longer side of the grid on which the subject is searched, by default. */
const searchSize = 192;

/** A small version of the frame in OKLab, each cell the mean of four sampled pixels. */
export function toLabGrid(view: Pick<View, 'width' | 'height' | 'linear'>, size = searchSize): Grid {
  const { width, height } = view;
  const scale = Math.min(1, size / Math.max(width, height));
  const grid = toLinearGrid(
    view,
    Math.max(2, Math.round(width * scale)),
    Math.max(2, Math.round(height * scale)),
    2,
  );
  for (let at = 0; at < grid.data.length; at += 3) {
    grid.data.set(
      rgbToLab([grid.data[at] as number, grid.data[at + 1] as number, grid.data[at + 2] as number]),
      at,
    );
  }
  return grid;
}

/** The frame in linear RGB at another size; each cell is the mean of `samplesPerSide²` pixels spread over it. */
export function toLinearGrid(
  { width, height, linear }: Pick<View, 'width' | 'height' | 'linear'>,
  columns: number,
  rows: number,
  samplesPerSide: number,
): Grid {
  const grid = createGrid(columns, rows, 3);
  const { data } = grid;
  const rgb = new Float32Array(3);
  const share = samplesPerSide * samplesPerSide;
  const getPositions = (cells: number, pixels: number) =>
    Int32Array.from({ length: cells * samplesPerSide }, (_, n) =>
      Math.floor(
        ((Math.floor(n / samplesPerSide) + ((n % samplesPerSide) + 0.5) / samplesPerSide) * pixels) / cells,
      ),
    );
  const [across, down] = [getPositions(columns, width), getPositions(rows, height)];
  for (let y = 0, at = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++, at += 3) {
      for (let n = y * samplesPerSide; n < (y + 1) * samplesPerSide; n++) {
        for (let m = x * samplesPerSide; m < (x + 1) * samplesPerSide; m++) {
          linear(across[m] as number, down[n] as number, rgb);
          for (let c = 0; c < 3; c++) data[at + c] = (data[at + c] as number) + (rgb[c] as number) / share;
        }
      }
    }
  }
  return grid;
}

/** A copy of a frame whose buffer will be used again. */
export function copyView({ width, height, codes, channels }: View): View {
  const frame = { width, height, data: codes.slice() };
  return channels[1].shift === 1 ? viewPlanes(frame) : viewPicture(frame);
}
