import { clamp, createGrid, type Grid, type Noise, type Random, type Rgb } from '@restage/pixels';
import type { ParsedPrompt } from '../parse-prompt.ts';
import type { Sky } from '../sky.ts';

/**
 * What a painter works with. The canvas holds linear light in three channels; positions are in units of its height,
 * so that a cloud is as wide in a portrait as in a landscape.
 */
export interface PaintContext {
  readonly canvas: Grid;
  /** Width over height. */
  readonly aspect: number;
  readonly random: Random;
  readonly noise: Noise;
  readonly sky: Sky;
  readonly parsed: ParsedPrompt;
}

/** Calls `paint(y, row)` for every row of pixels between two heights; `y` is the height of their centres. */
export function forEachRow(
  { canvas }: PaintContext,
  top: number,
  bottom: number,
  paint: (y: number, row: number) => void,
): void {
  const { first, end } = getRows(canvas, top, bottom);
  for (let row = first; row < end; row++) paint((row + 0.5) / canvas.height, row);
}

function getRows({ height }: Grid, top: number, bottom: number) {
  const first = Math.max(0, Math.floor(top * height));
  return { first, end: Math.max(first, Math.min(height, Math.ceil(bottom * height))) };
}

/** The column of pixels at a position across the picture, or the nearest one. */
export function getColumn({ canvas }: PaintContext, x: number): number {
  return clamp(Math.floor(x * canvas.height), 0, canvas.width - 1);
}

/** The columns of pixels between two positions across the picture; `end` is the first after them. */
export function getColumns({ canvas }: PaintContext, left: number, right: number) {
  return {
    first: Math.max(0, Math.floor(left * canvas.height)),
    end: Math.min(canvas.width, Math.ceil(right * canvas.height)),
  };
}

/** Values of a function of the position across the picture, one for each column of pixels. */
export function computeColumns({ canvas }: PaintContext, compute: (x: number) => number): Float64Array {
  return Float64Array.from({ length: canvas.width }, (_, column) => compute((column + 0.5) / canvas.height));
}

/** A function of one number as a table of values, for {@link lookUp}. */
interface Table {
  readonly from: number;
  readonly step: number;
  readonly values: Float64Array;
}

/** Tabulates a function between two numbers at `count` of them. */
export function tabulate(from: number, to: number, count: number, compute: (value: number) => number): Table {
  const step = (to - from) / (count - 1);
  return { from, step, values: Float64Array.from({ length: count + 1 }, (_, i) => compute(from + i * step)) };
}

/** A tabulated function's value, interpolated; outside the table that of its end. */
export function lookUp({ from, step, values }: Table, value: number): number {
  const at = clamp((value - from) / step, 0, values.length - 2);
  const index = Math.floor(at);
  const below = values[index] as number;
  return below + ((values[index + 1] as number) - below) * (at - index);
}

/** A smooth function's values for every pixel between two heights, row by row. */
export interface Field {
  /** The values of a row of pixels, `channels` floats for each; valid until the next call. */
  row(row: number): Float32Array;
}

/** Where, and how densely, to sample a function. */
export interface Sampling {
  readonly top: number;
  readonly bottom: number;
  /** Pixels between two samples, in a picture of 720 lines. */
  readonly step: number;
  /** The same from row to row, if it differs. */
  readonly rowStep?: number;
  readonly channels: number;
}

/**
 * Samples a smooth function on a coarse grid, and enlarges it to pixels: much cheaper than a call for each pixel.
 * `sample` writes its values to `out[at…]`; the positions that it gets may lie outside the picture by a step.
 */
export function sampleField(
  { canvas }: PaintContext,
  { top, bottom, step, rowStep = step, channels }: Sampling,
  sample: (x: number, y: number, out: Float32Array, at: number) => void,
): Field {
  const { first, end } = getRows(canvas, top, bottom);
  const across = createSteps(canvas, 0, canvas.width, step);
  const down = createSteps(canvas, first, end, rowStep);
  const coarse = createGrid(across.positions.length, down.positions.length, channels);
  let at = 0;
  for (const y of down.positions) {
    for (const x of across.positions) {
      sample(x, y, coarse.data, at);
      at += channels;
    }
  }
  const line = new Float32Array(coarse.width * channels);
  const out = new Float32Array(canvas.width * channels);
  return {
    row(row) {
      const { index, fraction } = locate(down, row - first);
      interpolateRows(coarse.data, index * line.length, fraction, line);
      if (across.pixels === 1) return line;
      for (let c = 0; c < channels; c++) enlargeRow(line, c, channels, across, out);
      return out;
    },
  };
}

/** Interpolates between the row of floats at `start` and the next. */
function interpolateRows(data: Float32Array, start: number, fraction: number, out: Float32Array): void {
  const next = fraction === 0 ? start : start + out.length;
  for (let i = 0; i < out.length; i++) {
    const above = data[start + i] as number;
    out[i] = above + ((data[next + i] as number) - above) * fraction;
  }
}

/** Writes one channel of a row of pixels, interpolated between samples. */
function enlargeRow(
  samples: Float32Array,
  channel: number,
  channels: number,
  steps: Steps,
  out: Float32Array,
): void {
  const { pixels } = steps;
  const { index, fraction } = locate(steps, 0);
  let at = index * channels + channel;
  let part = Math.round(fraction * pixels * 2);
  let left = samples[at] as number;
  let slope = ((samples[at + channels] as number) - left) / (pixels * 2);
  for (let i = channel; i < out.length; i += channels) {
    out[i] = left + slope * part;
    part += 2;
    if (part < pixels * 2) continue;
    part -= pixels * 2;
    at += channels;
    left = samples[at] as number;
    slope = ((samples[at + channels] as number) - left) / (pixels * 2);
  }
}

/** The samples along a row or column. */
interface Steps {
  /** Pixels between two samples. */
  readonly pixels: number;
  /** Pixels of the samples that lie before the first pixel. */
  readonly margin: number;
  /** The position of each sample. */
  readonly positions: Float64Array;
}

/** Places samples from pixel `first` to `end`. */
function createSteps({ height }: Grid, first: number, end: number, step: number): Steps {
  const pixels = Math.max(1, Math.round((step * height) / 720));
  // One more at each end: the outermost samples have no neighbours to be interpolated with.
  const margin = pixels === 1 ? 0 : pixels;
  const count = Math.ceil((end - first + margin * 2) / pixels);
  const position = (index: number) => (first - margin + (index + 0.5) * pixels) / height;
  return { pixels, margin, positions: Float64Array.from({ length: count }, (_, index) => position(index)) };
}

/** The sample before a pixel's centre, and the part of the way from there to the next. */
function locate({ pixels, margin }: Steps, pixel: number) {
  const position = (pixel + margin + 0.5) / pixels - 0.5;
  const index = Math.floor(position);
  return { index, fraction: position - index };
}

/** Paints a smooth function's colours over the canvas between two heights. */
export function paintSmooth(
  context: PaintContext,
  area: Omit<Sampling, 'channels'>,
  sample: (x: number, y: number, out: Float32Array, at: number) => void,
): void {
  const { canvas } = context;
  const field = sampleField(context, { ...area, channels: 3 }, sample);
  forEachRow(context, area.top, area.bottom, (_y, row) => {
    canvas.data.set(field.row(row), row * canvas.width * 3);
  });
}

/** Adds a smooth function's light to the canvas between two heights. */
export function addSmoothLight(
  context: PaintContext,
  area: Omit<Sampling, 'channels'>,
  sample: (x: number, y: number, out: Float32Array, at: number) => void,
): void {
  const { canvas } = context;
  const { data } = canvas;
  const field = sampleField(context, { ...area, channels: 3 }, sample);
  forEachRow(context, area.top, area.bottom, (_y, row) => {
    const light = field.row(row);
    const start = row * canvas.width * 3;
    for (let i = 0; i < light.length; i++)
      data[start + i] = (data[start + i] as number) + (light[i] as number);
  });
}

export function setPixel(data: Float32Array, i: number, r: number, g: number, b: number): void {
  data[i] = r;
  data[i + 1] = g;
  data[i + 2] = b;
}

/** Blends a colour over a pixel, by `amount` 0…1. */
export function blendPixel(data: Float32Array, i: number, colour: Rgb, amount: number): void {
  data[i] = (data[i] as number) + (colour[0] - (data[i] as number)) * amount;
  data[i + 1] = (data[i + 1] as number) + (colour[1] - (data[i + 1] as number)) * amount;
  data[i + 2] = (data[i + 2] as number) + (colour[2] - (data[i + 2] as number)) * amount;
}

/** Blends a mixture of two colours over a pixel, by `amount` 0…1. */
export function blendMix(
  data: Float32Array,
  i: number,
  from: Rgb,
  to: Rgb,
  mixture: number,
  amount: number,
): void {
  const [r, g, b] = [data[i] as number, data[i + 1] as number, data[i + 2] as number];
  data[i] = r + (from[0] + (to[0] - from[0]) * mixture - r) * amount;
  data[i + 1] = g + (from[1] + (to[1] - from[1]) * mixture - g) * amount;
  data[i + 2] = b + (from[2] + (to[2] - from[2]) * mixture - b) * amount;
}

/** Adds light to a pixel. */
export function addLight(data: Float32Array, i: number, colour: Rgb, amount: number): void {
  data[i] = (data[i] as number) + colour[0] * amount;
  data[i + 1] = (data[i + 1] as number) + colour[1] * amount;
  data[i + 2] = (data[i + 2] as number) + colour[2] * amount;
}

/** Adds a soft disc of light, as from a point out of focus: even inside, a little brighter at its rim. */
export function addDisc(
  context: PaintContext,
  x: number,
  y: number,
  radius: number,
  colour: Rgb,
  amount: number,
): void {
  const { canvas } = context;
  const size = canvas.height;
  const left = Math.max(0, Math.floor((x - radius * 1.15) * size));
  const right = Math.min(canvas.width - 1, Math.ceil((x + radius * 1.15) * size));
  const top = Math.max(0, Math.floor((y - radius * 1.15) * size));
  const bottom = Math.min(canvas.height - 1, Math.ceil((y + radius * 1.15) * size));
  const softness = Math.max(0.06, 1.5 / (radius * size));
  for (let row = top; row <= bottom; row++) {
    for (let column = left; column <= right; column++) {
      const dx = (column + 0.5) / size - x;
      const dy = (row + 0.5) / size - y;
      const distance = Math.sqrt(dx * dx + dy * dy) / radius;
      const inside = Math.min(1, Math.max(0, (1 - distance) / softness + 0.5));
      if (inside > 0)
        addLight(
          canvas.data,
          (row * canvas.width + column) * 3,
          colour,
          amount * inside * (0.75 + 0.35 * distance * distance),
        );
    }
  }
}

/** A surface's colour where only the sky lights it, and what the sun adds where it strikes at a right angle. */
export interface Surface {
  readonly shaded: Rgb;
  readonly sunlit: Rgb;
}

/**
 * Blends a surface over a pixel by `amount`: lit by the sun at `facing` 0…1, and lost in the air's colour by `haze`.
 */
export function blendSurface(
  data: Float32Array,
  i: number,
  surface: Surface,
  facing: number,
  air: Rgb,
  haze: number,
  amount: number,
): void {
  blendSurfaces(data, i, surface, surface, 0, facing, air, haze, amount);
}

/** The same for a mixture of two surfaces. */
export function blendSurfaces(
  data: Float32Array,
  i: number,
  from: Surface,
  to: Surface,
  mixture: number,
  facing: number,
  air: Rgb,
  haze: number,
  amount: number,
): void {
  for (let channel = 0; channel < 3; channel++) {
    const c = channel as 0 | 1 | 2;
    const first = from.shaded[c] + from.sunlit[c] * facing;
    const lit = first + (to.shaded[c] + to.sunlit[c] * facing - first) * mixture;
    const seen = lit + (air[c] - lit) * haze;
    const before = data[i + c] as number;
    data[i + c] = before + (seen - before) * amount;
  }
}

/** A surface's colour where the sun strikes it at `facing` 0…1. */
export function lightSurface({ shaded, sunlit }: Surface, facing: number): Rgb {
  const light = (c: 0 | 1 | 2) => shaded[c] + sunlit[c] * facing;
  return [light(0), light(1), light(2)];
}
