/** Floats in rows, `channels` of them a cell. */
export interface Grid {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  readonly data: Float32Array;
}

export function createGrid(width: number, height: number, channels: number): Grid {
  return { width, height, channels, data: new Float32Array(width * height * channels) };
}

/**
 * Blurs in place with a box of `radius` cells each way, edges repeated. Cost does not depend on the radius.
 * `passes` boxes in a row near a Gaussian; three are within 3 % of one.
 */
export function boxBlur(grid: Grid, radius: number, passes = 1): void {
  const reach = Math.floor(radius);
  if (reach < 1) return;
  const { width, height, channels, data } = grid;
  const line = new Float32Array(Math.max(width, height));
  for (let pass = 0; pass < passes; pass++) {
    for (let channel = 0; channel < channels; channel++) {
      for (let y = 0; y < height; y++)
        blurLine(data, y * width * channels + channel, channels, width, reach, line);
    }
    blurColumns(grid, reach);
  }
}

function blurLine(
  data: Float32Array,
  start: number,
  step: number,
  count: number,
  reach: number,
  line: Float32Array,
): void {
  for (let i = 0, at = start; i < count; i++, at += step) line[i] = data[at] as number;
  const first = line[0] as number;
  const last = line[count - 1] as number;
  const scale = 1 / (reach * 2 + 1);
  let sum = first * reach;
  for (let i = 0; i < reach; i++) sum += i < count ? (line[i] as number) : last;
  for (let i = 0, at = start; i < count; i++, at += step) {
    sum += i + reach < count ? (line[i + reach] as number) : last;
    data[at] = sum * scale;
    sum -= i - reach >= 0 ? (line[i - reach] as number) : first;
  }
}

/** Columns together, a row at a time: the memory is walked in order. */
function blurColumns(grid: Grid, reach: number): void {
  const { width, height, channels, data } = grid;
  const stride = width * channels;
  const source = data.slice();
  const sums = new Float64Array(stride);
  const scale = 1 / (reach * 2 + 1);
  const row = (y: number) => Math.max(0, Math.min(height - 1, y)) * stride;
  for (let y = -reach; y <= reach; y++) {
    const at = row(y);
    for (let i = 0; i < stride; i++) sums[i] = (sums[i] as number) + (source[at + i] as number);
  }
  for (let y = 0; y < height; y++) {
    const entering = row(y + reach + 1);
    const leaving = row(y - reach);
    const at = y * stride;
    for (let i = 0; i < stride; i++) {
      const sum = sums[i] as number;
      data[at + i] = sum * scale;
      sums[i] = sum + (source[entering + i] as number) - (source[leaving + i] as number);
    }
  }
}
