import { isFailure } from '@restage/errors';
import { clamp, createGrid, type Grid, resize, type View } from '@restage/pixels';
import type { MatteNetwork } from './network.ts';
import { toAlpha } from './tensor.ts';

/** A frame, as far as a network looks at it. */
export type NetworkView = Pick<View, 'width' | 'height' | 'linear'>;

/** A part of a frame, or the frame and its surroundings, in pixels. */
export interface Framing {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  /** What lies outside the frame: its edges, repeated, or grey. */
  readonly surroundings: 'edges' | 'grey';
}

/** Middle grey in linear light. */
const middleGrey = 0.18;

/** Cells along the longer side of a prior: the resolution of the smallest known networks. */
const priorSize = 320;
/** Margin of the wide framing, as a share of the frame: a subject that fills the frame then has surroundings. */
const wideMargin = 0.3;
/** Margin of the bordered framing: what the frame cuts then ends at its border, instead of being one with the edges. */
const borderMargin = 0.15;
/** Margin around the subject in the close framing, as a share of its longer side. */
const closeMargin = 0.15;
/** A close framing that covers more of the frame than this would show the network nothing new. */
const maxCloseShare = 0.97;
/** Certainty below which the network may be wrong, and from which on it is right about a wide framing. */
const [minCertainty, minWideCertainty] = [0.5, 0.9];
/** Share of the frame's border from which on the subject is cut by it, and up to which it is not the frame itself. */
const [minCutShare, maxBorderShare] = [0.1, 0.7];
/** The least ratio of two areas that may be of the same subject. */
const minSameArea = 0.6;

/**
 * The framing that a network is certain of: the whole frame; a wider one if the subject fills the frame; one with a
 * grey border if the frame cuts the subject.
 */
export async function chooseFraming(
  network: MatteNetwork,
  view: NetworkView,
): Promise<{ readonly framing: Framing; readonly prior: Grid }> {
  const framing = addMargin(view, 0, 'edges');
  const prior = await inferPrior(network, view, framing);
  const found = describePrior(prior);
  if (found.certainty < minCertainty) {
    const wide = addMargin(view, wideMargin, 'edges');
    const widePrior = await inferPrior(network, view, wide);
    if (describePrior(widePrior).certainty >= minWideCertainty) return { framing: wide, prior: widePrior };
  } else if (found.borderShare >= minCutShare) {
    const bordered = addMargin(view, borderMargin, 'grey');
    const borderedPrior = await inferPrior(network, view, bordered);
    const { certainty, borderShare, area } = describePrior(borderedPrior);
    const isSame = Math.min(area, found.area) >= Math.max(area, found.area) * minSameArea;
    if (certainty > found.certainty && borderShare < maxBorderShare && isSame)
      return { framing: bordered, prior: borderedPrior };
  }
  return { framing, prior };
}

/** The frame with a margin, which is a share of its sides. */
function addMargin(
  { width, height }: NetworkView,
  share: number,
  surroundings: Framing['surroundings'],
): Framing {
  const [across, down] = [Math.round(width * share), Math.round(height * share)];
  return { left: -across, top: -down, width: width + 2 * across, height: height + 2 * down, surroundings };
}

/**
 * Runs the network on what it found and some surroundings: a small subject is seen larger, and what distracted from it
 * is not seen.
 * @returns undefined if it found nothing, if that fills the frame, or if it is no longer certain of it.
 */
export async function inferClosely(
  network: MatteNetwork,
  view: NetworkView,
  prior: Grid,
): Promise<Grid | undefined> {
  const close = frameSubject(prior, view);
  if (close === undefined || close.width * close.height > view.width * view.height * maxCloseShare)
    return undefined;
  const closePrior = await inferPrior(network, view, close);
  return describePrior(closePrior).certainty < minCertainty ? undefined : closePrior;
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
    linear(x, y, out) {
      const [column, row] = [x + framing.left, y + framing.top];
      const isOutside = column < 0 || row < 0 || column >= width || row >= height;
      if (isOutside && framing.surroundings === 'grey') out.fill(middleGrey);
      else linear(clamp(column, 0, width - 1), clamp(row, 0, height - 1), out);
    },
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

/**
 * How certain a network is: the share of what it takes for subject that it is sure of. And how much of the frame's
 * border, and of the frame, that is. All are 0…1.
 */
export function describePrior({ width, height, data }: Grid) {
  let [sure, all, along, border] = [0, 0, 0, 0];
  for (let y = 0, cell = 0; y < height; y++) {
    for (let x = 0; x < width; x++, cell++) {
      const value = data[cell] as number;
      all += value;
      if (value > 0.9) sure += value;
      if (x > 1 && y > 1 && x < width - 2 && y < height - 2) continue;
      along += value;
      border++;
    }
  }
  return { certainty: all < 1 ? 0 : sure / all, borderShare: along / border, area: all / data.length };
}

/** The subject and some surroundings, within the frame; undefined if there is no subject. */
function frameSubject(prior: Grid, { width, height }: NetworkView): Framing | undefined {
  let [left, top, right, bottom] = [prior.width, prior.height, 0, 0];
  for (let cell = 0; cell < prior.data.length; cell++) {
    if ((prior.data[cell] as number) <= 0.5) continue;
    const [x, y] = [cell % prior.width, Math.floor(cell / prior.width)];
    [left, right] = [Math.min(left, x), Math.max(right, x + 1)];
    [top, bottom] = [Math.min(top, y), Math.max(bottom, y + 1)];
  }
  if (right === 0) return undefined;
  const margin = closeMargin * Math.max(right - left, bottom - top);
  const toPixels = (place: number, cells: number, pixels: number) =>
    Math.round((clamp(place, 0, cells) * pixels) / cells);
  const [x, y] = [toPixels(left - margin, prior.width, width), toPixels(top - margin, prior.height, height)];
  return {
    left: x,
    top: y,
    width: toPixels(right + margin, prior.width, width) - x,
    height: toPixels(bottom + margin, prior.height, height) - y,
    surroundings: 'edges',
  };
}
