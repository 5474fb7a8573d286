import { byteOfLinear, linearOfByte, linearSteps } from '../colour/srgb.ts';
import type { Grid } from '../math/blur.ts';

/** Gain, then a shoulder above 0.8, then the wrapped light by screen, which can't pass white. */
export function shine(value: number, line: Float32Array, at: number, rest: number): number {
  const gain = (line[at] as number) + ((line[at + 6] as number) - (line[at] as number)) * rest;
  const wrap = (line[at + 3] as number) + ((line[at + 9] as number) - (line[at + 3] as number)) * rest;
  let lit = value * gain;
  if (lit > 0.8) lit = 0.8 + ((lit - 0.8) * 0.2) / (lit - 0.6);
  return 1 - (1 - lit) * (1 - wrap);
}

/**
 * The subject's own colour in a pixel of codes `r, g, b` that it covers by `alpha`: what it and the old
 * background mixed to is parted by the clean colours of both nearby. Written to `clean` as 8-bit sRGB.
 */
export function part(
  r: number,
  g: number,
  b: number,
  alpha: number,
  colours: RowReader,
  x: number,
  clean: Uint8Array,
): void {
  const at = colours.at[x] as number;
  const rest = colours.rest[x] as number;
  clean[0] = own(r, alpha, colours.line, at, rest);
  clean[1] = own(g, alpha, colours.line, at + 1, rest);
  clean[2] = own(b, alpha, colours.line, at + 2, rest);
}

function own(code: number, alpha: number, line: Float32Array, at: number, rest: number): number {
  const subject = (line[at] as number) + ((line[at + 6] as number) - (line[at] as number)) * rest;
  const behind = (line[at + 3] as number) + ((line[at + 9] as number) - (line[at + 3] as number)) * rest;
  const seen = linearOfByte[code] as number;
  const value = subject + alpha * (seen - alpha * subject - (1 - alpha) * behind);
  return byteOfLinear[value <= 0 ? 0 : value >= 1 ? linearSteps : (value * linearSteps + 0.5) | 0] as number;
}

/** Bilinear reading of a coarse grid along full-size rows: `line[at[x] + channel]` and `[… + 6]` by `rest[x]`. */
export interface RowReader {
  readonly line: Float32Array;
  readonly at: Int32Array;
  readonly rest: Float32Array;
  /** Makes `line` that of full-size row `y`. */
  row(y: number): void;
}

export function rowReader(grid: Grid, width: number, height: number): RowReader {
  const { channels, data } = grid;
  const stride = grid.width * channels;
  const line = new Float32Array(stride + channels);
  const at = new Int32Array(width);
  const rest = new Float32Array(width);
  for (let x = 0; x < width; x++) {
    const place = Math.max(0, Math.min(grid.width - 1, ((x + 0.5) * grid.width) / width - 0.5));
    at[x] = Math.floor(place) * channels;
    rest[x] = place - Math.floor(place);
  }
  return {
    line,
    at,
    rest,
    row(y) {
      const place = Math.max(0, Math.min(grid.height - 1, ((y + 0.5) * grid.height) / height - 0.5));
      const top = Math.floor(place);
      const share = place - top;
      const upper = top * stride;
      const lower = Math.min(grid.height - 1, top + 1) * stride;
      for (let i = 0; i < stride; i++)
        line[i] =
          (data[upper + i] as number) + ((data[lower + i] as number) - (data[upper + i] as number)) * share;
      for (let c = 0; c < channels; c++) line[stride + c] = line[stride - channels + c] as number;
    },
  };
}
