import { boxBlur, type Grid } from '@restage/pixels';
import { computeBoundaryConnectivity } from './boundary-connectivity.ts';
import { findParts, keepLargestParts } from './components.ts';
import { computeEdgeWeights, cutSubject, fitModels, type Models } from './grabcut.ts';
import { type Border, computeSaliency, getCenterPrior, markBorder } from './saliency.ts';

/** A segmented subject: 1 where it is, and the colour models that separate it from the rest. */
export interface Segmentation {
  readonly labels: Grid;
  readonly models: Models;
}

/**
 * Factor by which the boundary-connectivity cut must score above the saliency cut. Saliency keeps a subject together
 * that has parts in the background's colours, or leaves the frame.
 */
const minLead = 1.1;
/** Share of the frame below which a subject's score is reduced. */
const minUsualShare = 0.05;

/** Rounds of cutting and fitting in all, and those before the two cuts are compared. */
const rounds = 4;
const comparedRounds = 2;

/** Segments the subject of a first frame: of two initial guesses, the one whose cut scores higher. */
export function segmentSubject(lab: Grid): Segmentation {
  const border = markBorder(lab);
  const [salient, unconnected] = [computeSaliency(lab, border), computeBoundaryConnectivity(lab, border)];
  const edgeWeights = computeEdgeWeights(lab);
  const salientCut = cutAndFit(
    lab,
    edgeWeights,
    salient,
    { labels: salient, models: fitModels(lab, salient) },
    0,
    comparedRounds,
  );
  const unconnectedCut = cutAndFit(
    lab,
    edgeWeights,
    unconnected,
    { labels: unconnected, models: fitModels(lab, unconnected) },
    0,
    comparedRounds,
  );
  return scoreSegmentation(lab, unconnectedCut.labels, border) >
    scoreSegmentation(lab, salientCut.labels, border) * minLead
    ? cutAndFit(lab, edgeWeights, unconnected, unconnectedCut, comparedRounds, rounds)
    : cutAndFit(lab, edgeWeights, salient, salientCut, comparedRounds, rounds);
}

/** Likelihoods of subject beyond which a network is sure, and cells around all others in which it is not. */
const [sureBackground, sureSubject] = [0.04, 0.96];
const unsureRadius = 8;
/** Likelihoods that no colour outweighs. */
const [certainBackground, certainSubject] = [-5, 6];

/**
 * Segments the subject that a network found. Where it is sure, it decides; in the band around that, which is as wide
 * as its outline is vague, colours and edges decide with it.
 * @param prior the network's likelihood of subject per cell, 0…1.
 */
export function segmentByPrior(lab: Grid, prior: Grid): Segmentation {
  const from = { labels: prior, models: fitModels(lab, prior) };
  return cutAndFit(lab, computeEdgeWeights(lab), fixSureCells(prior), from, 0, rounds);
}

/** The prior, with certain values where it is sure as far as `unsureRadius` around. */
export function fixSureCells(prior: Grid): Grid {
  const markNear = (isUnsure: (value: number) => boolean) => {
    const near = { ...prior, data: prior.data.map((value) => (isUnsure(value) ? 1 : 0)) };
    boxBlur(near, unsureRadius);
    return near.data;
  };
  const nearSubject = markNear((value) => value > sureBackground);
  const nearBackground = markNear((value) => value < sureSubject);
  const isNone = (share: number | undefined) => (share as number) < 1e-4;
  return {
    ...prior,
    data: prior.data.map((value, cell) =>
      isNone(nearSubject[cell]) ? certainBackground : isNone(nearBackground[cell]) ? certainSubject : value,
    ),
  };
}

/** Cuts and fits in turn, with a lower prior weight each round. */
function cutAndFit(
  lab: Grid,
  edgeWeights: Float32Array,
  prior: Grid,
  from: Segmentation,
  first: number,
  end: number,
): Segmentation {
  let { labels, models } = from;
  for (let round = first; round < end; round++) {
    labels = keepLargestParts(cutSubject(lab, models, prior, 1.4 - round * 0.2, edgeWeights));
    models = fitModels(lab, labels);
  }
  return { labels, models };
}

/**
 * Scores how well a cut separates subject and background, 0…1: the share of its colours that are its own, reduced by
 * the share of the frame's border it holds, by fragmentation, by small size and by distance from the middle.
 */
export function scoreSegmentation(lab: Grid, labels: Grid, border: Border = markBorder(lab)): number {
  const bins = 16;
  const inside = new Float64Array(bins ** 3);
  const outside = new Float64Array(bins ** 3);
  const bin = (value: number, from: number, to: number) =>
    Math.max(0, Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins)));
  let [size, edge, subjectBorder, central] = [0, 0, 0, 0];
  for (let p = 0; p < labels.data.length; p++) {
    const at =
      (bin(lab.data[p * 3] as number, 0, 1) * bins + bin(lab.data[p * 3 + 1] as number, -0.3, 0.3)) * bins +
      bin(lab.data[p * 3 + 2] as number, -0.3, 0.3);
    const subject = labels.data[p] === 1;
    const histogram = subject ? inside : outside;
    histogram[at] = (histogram[at] as number) + 1;
    if (subject) {
      size++;
      central += getCenterPrior(p % lab.width, Math.floor(p / lab.width), lab.width, lab.height);
    }
    if (border[p] === 1) edge++;
    if (subject && border[p] === 1) subjectBorder++;
  }
  const rest = labels.data.length - size;
  if (size === 0 || rest === 0) return 0;
  let shared = 0;
  for (let at = 0; at < inside.length; at++)
    shared += Math.min((inside[at] as number) / size, (outside[at] as number) / rest);
  const whole = findParts(labels, 1).reduce((most, part) => Math.max(most, part.length), 0) / size;
  const small = Math.min(1, size / labels.data.length / minUsualShare);
  return (
    (1 - shared) *
    (1 - subjectBorder / edge) *
    whole *
    small *
    measureOutlineContrast(lab, labels) *
    (central / size)
  );
}

/** Ratio of the picture's contrast at the cut's outline to that elsewhere, 0…1; 0.5 if they are equal. */
function measureOutlineContrast({ width, height, data }: Grid, labels: Grid): number {
  let [along, outline, everywhere, all] = [0, 0, 0, 0];
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      for (const neighbour of [x + 2 < width ? p + 2 : -1, y + 2 < height ? p + 2 * width : -1]) {
        if (neighbour < 0) continue;
        const l = (data[p * 3] as number) - (data[neighbour * 3] as number);
        const a = (data[p * 3 + 1] as number) - (data[neighbour * 3 + 1] as number);
        const b = (data[p * 3 + 2] as number) - (data[neighbour * 3 + 2] as number);
        const step = Math.min(0.3, Math.sqrt(l * l + 6 * (a * a + b * b)));
        everywhere += step;
        all++;
        if (labels.data[p] === labels.data[neighbour]) continue;
        along += step;
        outline++;
      }
    }
  }
  if (outline === 0) return 0;
  return along / outline / (along / outline + everywhere / all + 1e-9);
}
