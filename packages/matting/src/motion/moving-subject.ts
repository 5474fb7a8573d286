import { createGrid, type Grid } from '@restage/pixels';
import { keepLargestParts } from '../segmentation/components.ts';
import { computeEdgeWeights, cutSubject, type Models } from '../segmentation/grabcut.ts';
import { fitMixture } from '../segmentation/mixture.ts';
import { scoreSegmentation } from '../segmentation/segment.ts';
import { type BackgroundModel, buildBackgroundModel } from './background-model.ts';
import type { Motion } from './motion.ts';
import {
  dropStillParts,
  explainsMotion,
  type MotionEvidence,
  measureMotion,
  rateSubject,
} from './motion-shares.ts';
import type { AlignedSamples } from './registration.ts';
import { findUnoccludedCells } from './unoccluded-cells.ts';

/** What a segmentation starts from: what each cell of each sample probably is, and the cells that are taken as known. */
export interface Start {
  readonly priors: readonly Grid[];
  /** 1 for subject, 0 for background, 0.5 for neither. */
  readonly labels: readonly Grid[];
}

/**
 * Likelihoods below and above which a cell is taken as known at first. Where subject and background have the same
 * colours, the segmentation depends on where it starts; the second start finds more of such a subject.
 */
const [firstKnown, secondKnown] = [
  { background: 0.3, subject: 0.7 },
  { background: 0.2, subject: 0.6 },
];

function createStart(priors: readonly Grid[], { background, subject } = firstKnown): Start {
  const label = (value: number) => (value > subject ? 1 : value < background ? 0 : 0.5);
  return { priors, labels: priors.map((prior) => ({ ...prior, data: prior.data.map(label) })) };
}

/** The starts from what moves alone. */
export function startByMotion({ priors }: Motion): readonly Start[] {
  return [createStart(priors), createStart(priors, secondKnown)];
}

/** How much a network is believed against motion where it has decided. */
const networkWeight = 0.75;
/** Likelihoods of subject beyond which a network has decided: it misses parts more often than it adds some. */
const [decidedBackground, decidedSubject] = [0.1, 0.5];

/** The start from what moves, drawn towards what a network has decided. */
export function startByBoth({ priors }: Motion, networkPriors: readonly Grid[]): Start {
  const blend = (prior: number, likelihood: number) => {
    if (likelihood > decidedSubject) return prior + (1 - prior) * networkWeight;
    return likelihood < decidedBackground ? prior * (1 - networkWeight) : prior;
  };
  return createStart(
    priors.map((prior, k) => ({
      ...prior,
      data: prior.data.map((value, cell) => blend(value, networkPriors[k]?.data[cell] as number)),
    })),
  );
}

/** Rounds in which labels, the pooled colour models and the background model are refined from each other. */
const rounds = 3;
/** Weight of the motion prior in the first round, and by how much it falls each round. */
const [initialPriorWeight, priorWeightStep] = [1.2, 0.3];
/** Minimum size of a separate part of a moving subject, as a share of its largest part. */
export const minMovingPartShare = 0.005;

/** A subject that was segmented in all samples of a shot, with what was learned on the way. */
export interface MovingSegmentation extends MotionEvidence {
  readonly models: Models;
  readonly backgroundModel: BackgroundModel;
  readonly labels: readonly Grid[];
  readonly unoccluded: readonly Uint8Array[];
}

/**
 * Segments what moves in all samples, from each start. @returns the subject that rates best, or of two alike the
 * first; undefined if none accounts for what moves.
 */
export function segmentMovingSubject(
  aligned: AlignedSamples,
  motion: Motion,
  starts: readonly Start[],
): MovingSegmentation | undefined {
  const edgeWeights = aligned.samples.all.map((sample) => computeEdgeWeights(sample));
  let best: MovingSegmentation | undefined;
  for (const start of starts) {
    const subject = segmentFrom(start, aligned, motion, edgeWeights);
    if (subject && (!best || rateSubject(subject) > rateSubject(best))) best = subject;
  }
  return best;
}

function segmentFrom(
  { priors, labels: known }: Start,
  aligned: AlignedSamples,
  motion: Motion,
  edgeWeights: readonly Float32Array[],
): MovingSegmentation | undefined {
  const { all } = aligned.samples;
  let labels = known;
  let models = fitPooledModels(all, labels, motion.staticCells);
  let backgroundModel: BackgroundModel | undefined;
  let unoccluded: readonly Uint8Array[] = [];
  for (let round = 0; round < rounds; round++) {
    const priorWeight = initialPriorWeight - round * priorWeightStep;
    labels = all.map((sample, k) => {
      const cut = cutSubject(
        sample,
        models,
        priors[k] as Grid,
        priorWeight,
        edgeWeights[k],
        backgroundModel?.getSampleCosts(sample),
      );
      return dropStillParts(keepLargestParts(cut, minMovingPartShare), motion.movement);
    });
    models = fitPooledModels(all, labels, motion.staticCells);
    unoccluded = findUnoccludedCells(all, labels, motion, models);
    backgroundModel = buildBackgroundModel(aligned, unoccluded, motion);
  }
  const shares = measureMotion(labels, motion.movement);
  if (backgroundModel === undefined || !explainsMotion(shares)) return undefined;
  const scores = all.map((sample, k) => scoreSegmentation(sample, labels[k] as Grid));
  const score = scores.reduce((sum, value) => sum + value, 0) / scores.length;
  return { models, backgroundModel, labels, unoccluded, shares, score };
}

/** Samples' worth of cells that colour models are fitted to. */
const fittedSamples = 2;

/** Fits colour models over all samples. Static cells amid motion count only where they are labelled as subject. */
function fitPooledModels(samples: readonly Grid[], labels: readonly Grid[], staticCells: Uint8Array): Models {
  const cells = staticCells.length;
  const step = Math.max(1, Math.floor(samples.length / fittedSamples));
  const pooled = createGrid(Math.ceil((cells * samples.length) / step), 1, 3);
  const labelled = new Float32Array(pooled.width);
  for (let at = 0; at < pooled.width; at++) {
    const [k, p] = [Math.floor((at * step) / cells), (at * step) % cells];
    const colours = samples[k] as Grid;
    for (let c = 0; c < 3; c++) pooled.data[at * 3 + c] = colours.data[p * 3 + c] as number;
    const label = labels[k]?.data[p] as number;
    labelled[at] = staticCells[p] === 1 && label === 0 ? 0.5 : label;
  }
  return {
    subject: fitMixture(pooled, (cell) => ((labelled[cell] as number) > 0.9 ? 1 : 0), 6),
    background: fitMixture(pooled, (cell) => ((labelled[cell] as number) < 0.1 ? 1 : 0), 8),
  };
}
