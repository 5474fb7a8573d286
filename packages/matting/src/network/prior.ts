import { isFailure } from '@restage/errors';
import { clamp, createGrid, type Grid, resize, type View } from '@restage/pixels';
import type { MatteNetwork } from './network.ts';
import { toAlpha } from './tensor.ts';

/** A frame, as far as a network looks at it. */
export type NetworkView = Pick<View, 'width' | 'height' | 'linear'>;

/** A part of a frame in pixels; what lies outside the frame repeats its edges. */
export interface Framing {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/** Cells along the longer side of a prior: the resolution of the smallest known networks. */
const priorSize = 320;
/** Margin of the wide framing, as a share of the frame: a subject that fills the frame then has surroundings. */
const wideMargin = 0.3;
/** Margin around the subject in the close framing, as a share of its longer side. */
const closeMargin = 0.15;
/** A close framing that covers more of the frame than this would show the network nothing new. */
const maxCloseShare = 0.97;
/** Certainty below which the wide framing is tried, and above which it is used. */
const [minCertainty, minWideCertainty] = [0.5, 0.9];

/** The framing that a network is certain of: the whole frame, or a wider one if the subject fills the frame. */
export async function chooseFraming(
  network: MatteNetwork,
  view: NetworkView,
): Promise<{ readonly framing: Framing; readonly prior: Grid }> {
  const { width, height } = view;
  const whole = { left: 0, top: 0, width, height };
  const prior = await inferPrior(network, view, whole);
  if (measureCertainty(prior) >= minCertainty) return { framing: whole, prior };
  const [across, down] = [Math.round(width * wideMargin), Math.round(height * wideMargin)];
  const wide = { left: -across, top: -down, width: width + 2 * across, height: height + 2 * down };
  const widePrior = await inferPrior(network, view, wide);
  return measureCertainty(widePrior) >= minWideCertainty
    ? { framing: wide, prior: widePrior }
    : { framing: whole, prior };
}

/**
 * Runs the network again on the subject and its surroundings, and returns the mean of both priors: a small subject is
 * seen larger, and what distracted from it is seen without it.
 * @param labels 1 where the subject was segmented by `prior`; of the same size.
 */
export async function refinePrior(
  network: MatteNetwork,
  view: NetworkView,
  prior: Grid,
  labels: Grid,
): Promise<Grid> {
  const close = frameSubject(labels, view);
  if (close === undefined || close.width * close.height > view.width * view.height * maxCloseShare)
    return prior;
  const { data } = await inferPrior(network, view, close);
  return { ...prior, data: prior.data.map((value, cell) => (value + (data[cell] as number)) / 2) };
}

/**
 * Runs a network on a framing.
 * @returns the likelihood of subject in each cell of the frame, 0…1; 0 outside the framing.
 */
export async function inferPrior(
  network: MatteNetwork,
  { width, height, linear }: NetworkView,
  framing: Framing,
): Promise<Grid> {
  const alpha = await inferAlpha(network, {
    width: framing.width,
    height: framing.height,
    linear: (x, y, out) =>
      linear(clamp(x + framing.left, 0, width - 1), clamp(y + framing.top, 0, height - 1), out),
  });
  const scale = Math.min(1, priorSize / Math.max(width, height));
  const [columns, rows] = [Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale))];
  return placeFraming(alpha, framing, { width, height }, columns, rows);
}

/** Runs a network. @returns its mask, 0…1, of its own size. */
export async function inferAlpha(network: MatteNetwork, view: NetworkView): Promise<Grid> {
  const output = await network.infer(view);
  // It ran when the server started, so the job is not to blame.
  if (isFailure(output)) throw new Error(`${network.model.path}: ${output.message}`);
  return toAlpha(output, network.model.output);
}

/** Resamples what was found in a framing to cells of the whole frame. */
function placeFraming(
  alpha: Grid,
  framing: Framing,
  { width, height }: Pick<View, 'width' | 'height'>,
  columns: number,
  rows: number,
): Grid {
  const [cellWidth, cellHeight] = [width / columns, height / rows];
  // At the frame's resolution first, so that cells and pixels of the framing coincide.
  const [across, down] = [
    Math.max(1, Math.round(framing.width / cellWidth)),
    Math.max(1, Math.round(framing.height / cellHeight)),
  ];
  const resized = resize(alpha, across, down);
  const [left, top] = [Math.round(framing.left / cellWidth), Math.round(framing.top / cellHeight)];
  const prior = createGrid(columns, rows, 1);
  for (let y = Math.max(0, top); y < Math.min(rows, top + down); y++) {
    const from = (y - top) * across - left;
    const [start, end] = [Math.max(0, left), Math.min(columns, left + across)];
    prior.data.set(resized.data.subarray(from + start, from + end), y * columns + start);
  }
  return prior;
}

/** The share of what a network takes for subject that it is sure of, 0…1. */
function measureCertainty({ data }: Grid): number {
  let [sure, all] = [0, 0];
  for (const value of data) {
    all += value;
    if (value > 0.9) sure += value;
  }
  return all < 1 ? 0 : sure / all;
}

/** The subject and some surroundings, within the frame; undefined if there is no subject. */
function frameSubject(labels: Grid, { width, height }: NetworkView): Framing | undefined {
  let [left, top, right, bottom] = [labels.width, labels.height, 0, 0];
  for (let cell = 0; cell < labels.data.length; cell++) {
    if (labels.data[cell] !== 1) continue;
    const [x, y] = [cell % labels.width, Math.floor(cell / labels.width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  if (right === 0) return undefined;
  const margin = closeMargin * Math.max(right - left, bottom - top);
  const toPixels = (place: number, cells: number, pixels: number) =>
    Math.round((clamp(place, 0, cells) * pixels) / cells);
  const [x, y] = [
    toPixels(left - margin, labels.width, width),
    toPixels(top - margin, labels.height, height),
  ];
  return {
    left: x,
    top: y,
    width: toPixels(right + margin, labels.width, width) - x,
    height: toPixels(bottom + margin, labels.height, height) - y,
  };
}
