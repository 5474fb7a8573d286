import {
  type ColourStatistics,
  computeLabStatistics,
  createGrid,
  type Grid,
  poolShotStatistics,
  resize,
  type View,
} from '@restage/pixels';
import { copyView, toLabGrid } from '../frame-grids.ts';
import type { MatteNetwork } from '../network/network.ts';
import { chooseFraming } from '../network/prior.ts';
import { buildCleanPlate, type CleanPlate, refineAlignment } from '../plate/clean-plate.ts';
import type { Models } from '../segmentation/grabcut.ts';
import type { BackgroundModel } from './background-model.ts';
import { detectMotion, type Motion } from './motion.ts';
import { type Start, segmentMovingSubject, startByBoth, startByMotion } from './moving-subject.ts';
import {
  type AlignedSamples,
  identity,
  invert,
  isAligned,
  isIdentity,
  type Registration,
  register,
  type Similarity,
  warp,
} from './registration.ts';

/** Samples kept at most; when there are as many, every second one is dropped. */
const maxSamples = 12;
/** Samples that must align before differences between them are read as motion. */
const minSamples = 4;
/**
 * Cells along the longer side on which a moving subject is searched: finer than for a still, since what moves may be
 * small.
 */
export const analysisSize = 256;

/** What a shot reveals about its subject by motion. */
export interface ShotAnalysis {
  readonly models: Models;
  readonly backgroundModel: BackgroundModel;
  /** What is behind the subject, at full size. */
  readonly plate: CleanPlate;
  /** Whether the camera is static, and the transform of the shot's first frame. */
  readonly isStaticCamera: boolean;
  readonly firstTransform: Similarity;
  /** Likelihood that each cell of the shot's first frame is subject, 0…1. */
  readonly firstLabels: Grid;
  /** The subject's colours over all of the shot. */
  readonly colours: ColourStatistics | undefined;
}

/** Samples frames of a whole shot before any of them is rendered. */
export interface ShotAnalyzer {
  /** Whether the frame with this number, counted from 0, must be passed to `addFrame`. */
  needsFrame(frame: number): boolean;
  addFrame(view: View): void;
  /** The small pictures in OKLab that are kept. */
  getSamples(): readonly Grid[];
  /** @returns undefined if nothing moves before a background that can be distinguished from it. */
  finish(): ShotAnalysis | undefined;
  /** The same with a network, which is believed if that gives a better subject. */
  finishWith(network: MatteNetwork): Promise<ShotAnalysis | undefined>;
}

/**
 * Creates an analyzer that uses constant memory: at most a dozen small pictures, evenly spread over a shot of any
 * length.
 */
export function createShotAnalyzer(): ShotAnalyzer {
  let samples: Sample[] = [];
  let stride = 1;
  return {
    needsFrame: (frame) => frame % stride === 0,
    addFrame(view) {
      samples.push({
        lab: toLabGrid(view, analysisSize),
        view: copyView(view),
      });
      if (samples.length < maxSamples) return;
      samples = samples.filter((_, n) => n % 2 === 0);
      stride *= 2;
    },
    getSamples: () => samples.map(({ lab }) => lab),
    finish() {
      const shot = detectMovingSubject(samples);
      return shot && describeShot(shot, startByMotion(shot.motion));
    },
    async finishWith(network) {
      const shot = detectMovingSubject(samples);
      if (shot === undefined) return undefined;
      const { alignment, motion } = shot;
      const priors = await inferAlignedPriors(network, alignment);
      return describeShot(shot, [...startByMotion(motion), startByBoth(motion, priors)]);
    },
  };
}

/** A sampled frame: downscaled, and as it was. */
interface Sample {
  readonly lab: Grid;
  readonly view: View;
}

/** Samples that align with each other. */
interface Alignment {
  readonly reference: Sample;
  readonly aligned: AlignedSamples;
  readonly registered: readonly (Registration & { readonly sample: Sample })[];
}

/** Aligns the samples with the middle one; undefined if too few align, or the first does not. */
function alignSamples(samples: readonly Sample[]): Alignment | undefined {
  const middle = samples[samples.length >> 1];
  if (middle === undefined) return undefined;
  const reference = middle.lab;
  const registered = alignTo(reference, samples).filter(isAligned);
  const [first] = registered;
  if (first === undefined || first.sample !== samples[0] || registered.length < minSamples) return undefined;
  const isStaticCamera = registered.every(({ transform }) => isIdentity(transform, 0.3, reference.width));
  const aligned = {
    reference,
    isStaticCamera,
    firstTransform: first.transform,
    samples: fillUnseen(
      isStaticCamera
        ? registered.map(({ sample }) => sample.lab)
        : registered.map(({ sample, transform }) => warp(sample.lab, transform, Number.NaN)),
    ),
  };
  return { reference: middle, aligned, registered };
}

/** Detail similarity from which no better alignment is searched. */
const goodSimilarity = 0.75;

/**
 * Aligns samples with the middle one, going outwards: each starts from its neighbour's transform, or from a full
 * search if that is better.
 */
function alignTo(reference: Grid, samples: readonly Sample[]): Alignment['registered'] {
  const middle = samples.length >> 1;
  const alignOutwards = (outwards: readonly Sample[]) => {
    let transform = identity;
    return outwards.map((sample) => {
      let registration = register(reference, sample.lab, transform);
      if (registration.detailSimilarity < goodSimilarity) {
        const searched = register(reference, sample.lab);
        if (searched.detailSimilarity > registration.detailSimilarity + 0.02) registration = searched;
      }
      transform = registration.transform;
      return { ...registration, sample };
    });
  };
  return [
    ...alignOutwards(samples.slice(0, middle).reverse()).reverse(),
    ...alignOutwards(samples.slice(middle)),
  ];
}

/** The samples and their median, which also fills what a sample does not show. */
function fillUnseen(samples: readonly Grid[]): AlignedSamples['samples'] {
  const [{ width, height }] = samples as [Grid];
  const median = createGrid(width, height, 3);
  const values = new Float32Array(samples.length);
  for (let i = 0; i < median.data.length; i++) {
    let count = 0;
    for (const { data } of samples) if (!Number.isNaN(data[i] as number)) values[count++] = data[i] as number;
    values.subarray(0, count).sort();
    median.data[i] = values[count >> 1] as number;
  }
  for (const { data } of samples)
    for (let i = 0; i < data.length; i++)
      if (Number.isNaN(data[i] as number)) data[i] = median.data[i] as number;
  return { all: samples, median };
}

/** Samples that align with each other, and what moves in them. */
interface MovingShot {
  readonly alignment: Alignment;
  readonly motion: Motion;
}

function detectMovingSubject(samples: readonly Sample[]): MovingShot | undefined {
  const alignment = alignSamples(samples);
  const motion = alignment && detectMotion(alignment.aligned);
  return alignment && motion && { alignment, motion };
}

/** What a network finds in each sample, aligned as the samples are. */
async function inferAlignedPriors(
  network: MatteNetwork,
  { aligned, registered }: Alignment,
): Promise<readonly Grid[]> {
  const { width, height } = aligned.reference;
  const priors: Grid[] = [];
  for (const { sample, transform } of registered) {
    const { prior } = await chooseFraming(network, sample.view);
    const cells = resize(prior, width, height);
    priors.push(aligned.isStaticCamera ? cells : warp(cells, transform, 0));
  }
  return priors;
}

/** The analysis of a shot; undefined if no start leads to a subject that accounts for what moves. */
function describeShot(
  { alignment: { reference, aligned, registered }, motion }: MovingShot,
  starts: readonly Start[],
): ShotAnalysis | undefined {
  const subject = segmentMovingSubject(aligned, motion, starts);
  if (subject === undefined) return undefined;
  const { models, backgroundModel, labels, unoccluded } = subject;
  const { width, height } = aligned.reference;
  const { isStaticCamera, firstTransform } = aligned;
  const [firstLabels] = labels as [Grid];
  const plateSamples = registered.map(({ sample, transform }, k) => ({
    codes: sample.view,
    transform: isStaticCamera ? undefined : transform,
    unoccluded: { width, height, data: unoccluded[k] as Uint8Array },
  }));
  return {
    ...{ models, backgroundModel, isStaticCamera, firstTransform },
    plate: buildCleanPlate(refineAlignment(reference.view, plateSamples)),
    firstLabels: isStaticCamera ? firstLabels : warp(firstLabels, invert(firstTransform), 0.5),
    colours: computeSubjectColours(aligned.samples.all, labels),
  };
}

/** The colours of the subject over some samples. */
function computeSubjectColours(
  samples: readonly Grid[],
  labels: readonly Grid[],
): ColourStatistics | undefined {
  return poolShotStatistics(
    samples.map((sample, k) =>
      computeLabStatistics(sample, (cell) => (labels[k] as Grid).data[cell] as number),
    ),
  );
}
