import { boxBlur, clamp, createGrid, type Grid, resize, shrink } from '@restage/pixels';
import { solveSymmetric } from '../motion/registration.ts';

/**
 * Where each cell of a frame comes from in another picture: two channels, an offset in cells. It is smooth, so it
 * continues beyond the layer whose motion it is.
 */
export type Flow = Grid;

/** A picture in OKLab at full, half, quarter and eighth size. */
export type Pyramid = readonly Grid[];

/** The part of a picture that moves as one layer: each cell's share of it, 0…1, at the sizes of a pyramid. */
export type Layer = Pyramid;

const levels = 4;
/** Iterations in which a layer moves as a whole, and in which its parts move, at the smaller sizes and at the full one. */
const iterationsAt = { small: { whole: 5, parts: 2 }, full: { whole: 2, parts: 2 } } as const;
/** Radii in cells over which motion is averaged, and their weights: wide windows decide where close ones see nothing. */
const windows = [
  { radius: 3, weight: 0.1 },
  { radius: 9, weight: 0.3 },
  { radius: 36, weight: 1 },
] as const;
/** Maximum change of an offset in one iteration. */
const maxStep = 1.5;
/** Colour difference from which a cell counts little. */
const robustScale = 0.06;
/** Maximum shift between two frames, in cells of the smallest size, and what a cell of it costs. */
const [maxShift, shiftCost, lossCost, maxDifference] = [6, 0.02, 0.1, 0.2];
/** Weight of chroma against lightness. */
const chroma = 2;
/** Slope below which a window tells nothing. */
const minSlope = 1e-7;

export function buildPyramid(grid: Grid): Pyramid {
  const pyramid = [grid];
  while (pyramid.length < levels) pyramid.push(shrink(pyramid.at(-1) as Grid, 2));
  return pyramid;
}

/** The flow that moves nothing. */
export function createFlow({ width, height }: Grid): Flow {
  return createGrid(width, height, 2);
}

/**
 * Estimates the motion of a layer of `reference` to `frame`: Lucas and Kanade's method, dense, from an eighth of the
 * size to all of it, with windows of several sizes added up. A change of the layer's mean colour, as from automatic
 * exposure, is no motion.
 */
export function estimateFlow(reference: Pyramid, layer: Layer, frame: Pyramid): Flow {
  const last = levels - 1;
  let flow = findShift(reference[last] as Grid, layer[last] as Grid, frame[last] as Grid);
  for (let level = last; level >= 0; level--) {
    const { width, height } = frame[level] as Grid;
    if (level < last) flow = enlarge(flow, width, height);
    const iterations = level === 0 ? iterationsAt.full : iterationsAt.small;
    flow = refineFlow(reference[level] as Grid, layer[level] as Grid, frame[level] as Grid, flow, iterations);
  }
  return flow;
}

/** The shift by whole cells that aligns a layer best with a frame. */
function findShift(reference: Grid, layer: Grid, frame: Grid): Flow {
  const { width, height } = frame;
  const flow = createFlow(frame);
  const whole = layer.data.reduce((sum, value) => sum + value, 1e-6);
  let [least, right, down] = [Number.POSITIVE_INFINITY, 0, 0];
  for (let dy = -maxShift; dy <= maxShift; dy++) {
    for (let dx = -maxShift; dx <= maxShift; dx++) {
      let [sum, total] = [0, 1e-6];
      for (let y = Math.max(0, -dy); y < Math.min(height, height - dy); y++) {
        for (let x = Math.max(0, -dx); x < Math.min(width, width - dx); x++) {
          const p = y * width + x;
          const other = (y + dy) * width + x + dx;
          const weight = layer.data[other] as number;
          if (weight === 0) continue;
          let difference = 0;
          for (let c = 0; c < 3; c++)
            difference +=
              Math.abs((frame.data[p * 3 + c] as number) - (reference.data[other * 3 + c] as number)) *
              (c === 0 ? 1 : chroma);
          sum += weight * Math.min(maxDifference, difference);
          total += weight;
        }
      }
      // What leaves the frame is no gain: a layer's whole weight is counted.
      const cost = (sum / total) * (1 + shiftCost * Math.hypot(dx, dy)) + lossCost * (1 - total / whole);
      if (cost < least) [least, right, down] = [cost, dx, dy];
    }
  }
  for (let p = 0; p < flow.data.length; p += 2) flow.data.set([right, down], p);
  return flow;
}

function enlarge(flow: Flow, width: number, height: number): Flow {
  const large = resize(flow, width, height);
  for (let i = 0; i < large.data.length; i++) large.data[i] = (large.data[i] as number) * 2;
  return large;
}

/** Improves a flow at one size: first the layer as a whole, by similarity transforms, then each part of it. */
export function refineFlow(
  reference: Grid,
  layer: Grid,
  frame: Grid,
  from: Flow,
  iterations: { readonly whole: number; readonly parts: number },
): Flow {
  const flow = { ...from, data: from.data.slice() };
  let fits: Grid | undefined;
  for (let iteration = 0; iteration < iterations.whole + iterations.parts; iteration++) {
    const warped = sampleThrough(reference, flow);
    const weights = sampleThrough(layer, flow);
    const normals = computeNormals(warped, weights, frame, computeShift(warped, weights, frame));
    if (iteration < iterations.whole) moveWhole(flow, normals);
    else {
      fits ??= computeConfidence(reference, layer, frame, flow);
      moveParts(flow, sumWindows(normals), fits);
    }
  }
  return flow;
}

/** Adds the similarity transform that the normal equations of all cells agree on. */
function moveWhole(flow: Flow, { width, height, data }: Grid): void {
  const upper = new Float64Array(20);
  for (let y = 0, o = 0; y < height; y++) {
    const v = (y + 0.5 - height / 2) / width;
    for (let x = 0; x < width; x++, o += 5) {
      const xx = data[o] as number;
      const yy = data[o + 2] as number;
      if (xx === 0 && yy === 0) continue;
      const xy = data[o + 1] as number;
      const [ex, ey] = [data[o + 3] as number, data[o + 4] as number];
      const u = (x + 0.5) / width - 0.5;
      const add = (n: number, value: number) => {
        upper[n] = (upper[n] as number) + value;
      };
      add(0, u * u * xx + 2 * u * v * xy + v * v * yy);
      add(1, u * u * xy - u * v * xx + u * v * yy - v * v * xy);
      add(2, u * xx + v * xy);
      add(3, u * xy + v * yy);
      add(4, u * ex + v * ey);
      add(6, v * v * xx - 2 * u * v * xy + u * u * yy);
      add(7, u * xy - v * xx);
      add(8, u * yy - v * xy);
      add(9, u * ey - v * ex);
      add(12, xx);
      add(13, xy);
      add(14, ex);
      add(18, yy);
      add(19, ey);
    }
  }
  const step = solveSymmetric(upper);
  if (step === undefined) return;
  const [grown, rotation, right, down] = step;
  for (let y = 0, p = 0; y < height; y++) {
    const v = (y + 0.5 - height / 2) / width;
    for (let x = 0; x < width; x++, p += 2) {
      const u = (x + 0.5) / width - 0.5;
      flow.data[p] = (flow.data[p] as number) + grown * u - rotation * v + right;
      flow.data[p + 1] = (flow.data[p + 1] as number) + rotation * u + grown * v + down;
    }
  }
}

/** The mean colour by which a frame differs from a layer. */
function computeShift(warped: Grid, weights: Grid, frame: Grid): readonly [number, number, number] {
  const sums = [0, 0, 0] as [number, number, number];
  let total = 1e-6;
  for (let p = 0; p < weights.data.length; p++) {
    const weight = weights.data[p] as number;
    if (weight === 0) continue;
    total += weight;
    for (let c = 0; c < 3; c++)
      sums[c] =
        (sums[c] as number) +
        weight * ((frame.data[p * 3 + c] as number) - (warped.data[p * 3 + c] as number));
  }
  return [sums[0] / total, sums[1] / total, sums[2] / total];
}

/** Each cell's share of the normal equations: three of slopes, two of slopes and differences. */
function computeNormals(
  { width, height, data }: Grid,
  weights: Grid,
  frame: Grid,
  shift: readonly [number, number, number],
): Grid {
  const normals = createGrid(width, height, 5);
  for (let y = 1; y < height - 1; y++) {
    for (let x = 1; x < width - 1; x++) {
      const p = y * width + x;
      const weight = weights.data[p] as number;
      if (weight < 0.02) continue;
      let [xx, xy, yy, ex, ey, square] = [0, 0, 0, 0, 0, 0];
      for (let c = 0; c < 3; c++) {
        const i = p * 3 + c;
        const scale = c === 0 ? 1 : chroma;
        const gx = (((data[i + 3] as number) - (data[i - 3] as number)) / 2) * scale;
        const gy = (((data[i + width * 3] as number) - (data[i - width * 3] as number)) / 2) * scale;
        const error = ((frame.data[i] as number) - (data[i] as number) - (shift[c] as number)) * scale;
        xx += gx * gx;
        xy += gx * gy;
        yy += gy * gy;
        ex += gx * error;
        ey += gy * error;
        square += error * error;
      }
      const robust = weight / (1 + square / (robustScale * robustScale)) ** 2;
      const o = p * 5;
      normals.data[o] = xx * robust;
      normals.data[o + 1] = xy * robust;
      normals.data[o + 2] = yy * robust;
      normals.data[o + 3] = ex * robust;
      normals.data[o + 4] = ey * robust;
    }
  }
  return normals;
}

function sumWindows(normals: Grid): Grid {
  const sum = createGrid(normals.width, normals.height, normals.channels);
  for (const { radius, weight } of windows) {
    const blurred = { ...normals, data: normals.data.slice() };
    boxBlur(blurred, Math.min(radius, normals.width >> 1), 2);
    for (let i = 0; i < sum.data.length; i++)
      sum.data[i] = (sum.data[i] as number) + (blurred.data[i] as number) * weight;
  }
  return sum;
}

/** Moves each part as its surroundings say, the less the better it fits already. */
function moveParts(flow: Flow, { data }: Grid, fits: Grid): void {
  for (let p = 0, o = 0; p < flow.data.length; p += 2, o += 5) {
    const xx = (data[o] as number) + minSlope;
    const xy = data[o + 1] as number;
    const yy = (data[o + 2] as number) + minSlope;
    const ex = data[o + 3] as number;
    const ey = data[o + 4] as number;
    const determinant = xx * yy - xy * xy;
    const share = 1 - (fits.data[p >> 1] as number);
    const right = clamp((yy * ex - xy * ey) / determinant, -maxStep, maxStep);
    const down = clamp((xx * ey - xy * ex) / determinant, -maxStep, maxStep);
    flow.data[p] = (flow.data[p] as number) + right * share;
    flow.data[p + 1] = (flow.data[p + 1] as number) + down * share;
  }
}

/** Samples a grid where a flow points; its edges are repeated outside. */
export function sampleThrough(grid: Grid, flow: Flow): Grid {
  const { width, height } = flow;
  const { width: columns, height: rows, channels, data } = grid;
  const out = createGrid(width, height, channels);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const px = clamp(x + (flow.data[p * 2] as number), 0, columns - 1);
      const py = clamp(y + (flow.data[p * 2 + 1] as number), 0, rows - 1);
      const left = Math.min(Math.floor(px), columns - 2);
      const top = Math.min(Math.floor(py), rows - 2);
      const [fx, fy] = [px - left, py - top];
      const at = (top * columns + left) * channels;
      const below = at + columns * channels;
      for (let c = 0; c < channels; c++) {
        const upper = (data[at + c] as number) * (1 - fx) + (data[at + channels + c] as number) * fx;
        const lower = (data[below + c] as number) * (1 - fx) + (data[below + channels + c] as number) * fx;
        out.data[p * channels + c] = upper + (lower - upper) * fy;
      }
    }
  }
  return out;
}

/** The flow through two pictures: from a frame to a second by `first`, and on to a third by `second`. */
export function composeFlows(first: Flow, second: Flow): Flow {
  const composed = sampleThrough(second, first);
  for (let i = 0; i < composed.data.length; i++)
    composed.data[i] = (composed.data[i] as number) + (first.data[i] as number);
  return composed;
}

/** Squared colour difference from noise and resampling, and the part of a cell by which layers may be misaligned. */
const [minDifference, subcellMisalignment] = [4e-5, 0.35];
/** Cells around each in which its misfit is averaged. */
const misfitRadius = 1;

/**
 * How badly a layer's motion explains each cell of a frame: the squared colour difference to what is expected from
 * noise and from a misalignment by a part of a cell. About 1 or less where it fits.
 * @param weigh how much a cell counts, from its share of the layer; by default all count the same.
 */
export function computeMisfit(
  reference: Grid,
  layer: Grid,
  frame: Grid,
  flow: Flow,
  radius = misfitRadius,
  weigh: (share: number) => number = () => 1,
): Grid {
  const warped = sampleThrough(reference, flow);
  const weights = sampleThrough(layer, flow);
  const shift = computeShift(warped, weights, frame);
  const { width, height, data } = warped;
  const sums = createGrid(width, height, 2);
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      const right = x + 1 < width ? 3 : 0;
      const down = y + 1 < height ? width * 3 : 0;
      let [sum, slope] = [0, 0];
      for (let c = 0; c < 3; c++) {
        const i = p * 3 + c;
        const scale = c === 0 ? 1 : chroma * chroma;
        const value = data[i] as number;
        sum += ((frame.data[i] as number) - value - (shift[c] as number)) ** 2 * scale;
        slope +=
          (((data[i + right] as number) - value) ** 2 + ((data[i + down] as number) - value) ** 2) * scale;
      }
      const weight = weigh(weights.data[p] as number);
      sums.data[p * 2] = sum * weight;
      sums.data[p * 2 + 1] = (minDifference + slope * subcellMisalignment ** 2) * weight;
    }
  }
  boxBlur(sums, radius, 2);
  const misfit = createGrid(width, height, 1);
  for (let p = 0; p < misfit.data.length; p++)
    misfit.data[p] = (sums.data[p * 2] as number) / ((sums.data[p * 2 + 1] as number) + 1e-12);
  return misfit;
}

/** Misfits that count as none and as complete. */
const [goodMisfit, badMisfit] = [1, 2.5];
const confidenceRadius = 4;

/** How well a layer's motion explains a frame in and near the layer, 0…1. */
export function computeConfidence(reference: Grid, layer: Grid, frame: Grid, flow: Flow): Grid {
  const misfit = computeMisfit(reference, layer, frame, flow, confidenceRadius, (share) => share ** 3);
  for (let p = 0; p < misfit.data.length; p++)
    misfit.data[p] = clamp((badMisfit - (misfit.data[p] as number)) / (badMisfit - goodMisfit), 0, 1);
  return misfit;
}
