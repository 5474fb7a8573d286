import { boxBlur, clamp, type Grid, resize, type View } from '@restage/pixels';
import { toLabGrid } from './frame-grids.ts';
import { minMovingPartShare } from './motion/moving-subject.ts';
import { invert, refineTransform, type Similarity } from './motion/registration.ts';
import { analysisSize, type ShotAnalysis } from './motion/shot-analyzer.ts';
import type { MatteNetwork } from './network/network.ts';
import { type Framing, inferAlpha, inferPrior } from './network/prior.ts';
import { networkSize, segmentByNetwork } from './network/segment-by-network.ts';
import { type CleanPlate, computeLightness } from './plate/clean-plate.ts';
import { computeDifferenceMatte } from './plate/difference-matte.ts';
import { type PlateMatte, stabilizePlateMatte } from './plate/plate-matte.ts';
import { type RefineOptions, refineMatte } from './refine/guided-filter.ts';
import { type SmoothingState, smoothAlpha, smoothMatte } from './refine/temporal-smooth.ts';
import { keepLargestParts } from './segmentation/components.ts';
import { computeEdgeWeights, cutSubject, fitModels, type Models } from './segmentation/grabcut.ts';
import { fixSureCells, segmentSubject } from './segmentation/segment.ts';

/** Finds the mattes of consecutive frames: one byte per pixel, 255 is subject. */
export type MatteFinder = (view: View) => Uint8Array | Promise<Uint8Array>;

/** Frames after which the colour models of a video are fitted again. */
const refitEvery = 12;
/** A subject that covers less than this share of the frame is lost; the next refit searches for it again. */
const minSubjectShare = 0.01;
/** Weight of the previous frame's matte as a prior, without and with a shot analysis. */
const priorWeight = 1.6;
const analysedPriorWeight = 0.4;
/** Cells around the subject that alignment to the clean plate leaves out. */
const subjectMargin = 4;
/** Consecutive frames that don't align with the analysed shot, after which the analysis is dropped. */
const maxUnalignedFrames = 6;

/**
 * Finds the subject in consecutive frames, or in a single picture. Initial colour models come from what differs from
 * the border, or, in an analysed shot, from what moves. GrabCut (Rother et al. 2004) segments, and a guided filter
 * aligns the result with the picture's edges. Where the shot analysis has a clean plate, a difference matte replaces
 * that. Models and mattes carry over from frame to frame.
 * @returns a function from a frame to its matte, one byte per pixel.
 */
export function createMatteFinder(analysis?: ShotAnalysis): (view: View) => Uint8Array {
  let track: TrackSubject = analysis === undefined ? trackByColour() : trackByMotion(analysis);
  const finish = createFinisher(analysis);
  return (view) => {
    let tracked = track(view);
    if (tracked === undefined) {
      track = trackByColour();
      tracked = track(view) as TrackedSubject;
    }
    return finish(view, tracked);
  };
}

/** The same with a network, which finds the subject wherever the shot analysis does not. */
export function createNetworkFinder(network: MatteNetwork, analysis?: ShotAnalysis): MatteFinder {
  let byMotion = analysis === undefined ? undefined : trackByMotion(analysis);
  const byNetwork = network.isFine ? followNetwork(network) : trackByNetwork(network);
  const finish = createFinisher(analysis);
  return async (view) => {
    const moving = byMotion?.(view);
    if (moving === undefined) byMotion = undefined;
    return finish(view, moving ?? (await byNetwork(view)));
  };
}

/** Makes mattes of full size from tracked subjects, frame by frame. */
function createFinisher(
  analysis: ShotAnalysis | undefined,
): (view: View, tracked: TrackedSubject) => Uint8Array {
  let previousMatte: Uint8Array | undefined;
  let plateMatte: PlateMatte | undefined;
  return (view, tracked) => {
    const matte = refineMatte(view, tracked.coarse, tracked.refinement);
    const previousPlateMatte = plateMatte;
    plateMatte = analysis === undefined ? undefined : matteFromPlate(matte, view, tracked, analysis);
    if (analysis !== undefined && plateMatte !== undefined) {
      if (previousPlateMatte !== undefined && analysis.isStaticCamera)
        stabilizePlateMatte(previousPlateMatte, plateMatte, analysis.plate);
      previousMatte = undefined;
      return matte;
    }
    if (previousMatte !== undefined && tracked.updateWeight !== undefined)
      smoothAlpha(previousMatte, matte, tracked.updateWeight, view.width);
    previousMatte = matte;
    return matte;
  };
}

/** The subject of a frame, and how the frame aligns with the analysed shot. */
interface TrackedSubject extends SmoothingState {
  readonly transform?: Similarity;
  /** How to align its matte with the picture's edges, if not as hard labels. */
  readonly refinement?: RefineOptions;
}

/** Finds the subject in the next frame; undefined once it can't follow the shot any longer. */
type TrackSubject = (view: View) => TrackedSubject | undefined;

function trackByColour(): TrackSubject {
  let models: Models | undefined;
  let previous: SmoothingState | undefined;
  let frame = 0;
  return (view) => {
    const lab = toLabGrid(view);
    const isDue = frame % refitEvery === 0;
    if (models === undefined || previous === undefined || (isDue && isLost(previous.coarse))) {
      const segmentation = segmentSubject(lab);
      models = segmentation.models;
      previous = { lab, coarse: segmentation.labels };
      frame = 0;
    } else {
      const labels = cutSubject(lab, models, loosenEdge(previous.coarse), priorWeight);
      if (isDue) models = fitModels(lab, labels);
      previous = smoothMatte(previous, lab, keepLargestParts(labels));
    }
    frame++;
    return previous;
  };
}

function trackByMotion({ models, backgroundModel, firstLabels, firstTransform }: ShotAnalysis): TrackSubject {
  let previous: SmoothingState | undefined;
  let transform = firstTransform;
  let unalignedFrames = 0;
  return (view) => {
    const lab = toLabGrid(view, analysisSize);
    const background = backgroundModel.getFrameCosts(lab, transform);
    transform = background.transform;
    unalignedFrames = background.costs === undefined ? unalignedFrames + 1 : 0;
    if (unalignedFrames > maxUnalignedFrames) return undefined;
    const where = previous?.coarse ?? firstLabels;
    const cut = cutSubject(
      lab,
      models,
      where,
      analysedPriorWeight,
      computeEdgeWeights(lab),
      background.costs,
    );
    const labels = keepLargestParts(cut, minMovingPartShare);
    previous = previous === undefined ? { lab, coarse: labels } : smoothMatte(previous, lab, labels);
    return { ...previous, transform };
  };
}

/** Weight of the network's prior in the frames that follow the first, whose colour models carry over. */
const networkPriorWeight = 1;

/**
 * Tracks by a network. The first frame chooses the framing and is looked at closely; later ones take the previous
 * frame's subject for half of their prior. Where the network finds nothing, colours do.
 */
function trackByNetwork(network: MatteNetwork): (view: View) => Promise<TrackedSubject> {
  let subject:
    | { readonly framing: Framing; readonly models: Models; readonly state: SmoothingState }
    | undefined;
  let frame = 0;
  return async (view) => {
    const lab = toLabGrid(view, networkSize);
    const isDue = frame++ % refitEvery === 0;
    if (subject === undefined || (isDue && isLost(subject.state.coarse))) {
      const { framing, segmentation } = await segmentByNetwork(network, view, lab);
      subject = { framing, models: segmentation.models, state: { lab, coarse: segmentation.labels } };
      frame = 1;
      return subject.state;
    }
    const { framing, models, state } = subject;
    const inferred = await inferPrior(network, view, framing);
    const before = loosenEdge(state.coarse);
    const prior = {
      ...inferred,
      data: inferred.data.map((value, cell) => (value + (before.data[cell] as number)) / 2),
    };
    const labels = keepLargestParts(cutSubject(lab, models, fixSureCells(prior), networkPriorWeight));
    subject = {
      framing,
      models: isDue ? fitModels(lab, labels) : models,
      state: smoothMatte(state, lab, labels),
    };
    return subject.state;
  };
}

/** Minimum and maximum cells along the longer side of the grid on which a fine mask is aligned with edges. */
const [minCells, maxCells] = [320, 1024];

/** Takes the mask of a fine network as the matte; steady where the picture does not change. */
function followNetwork(network: MatteNetwork): (view: View) => Promise<TrackedSubject> {
  let state: SmoothingState | undefined;
  return async (view) => {
    const coarse = await inferAlpha(network, view);
    const lab = toLabGrid(view);
    state = state === undefined ? { lab, coarse } : smoothMatte(state, lab, coarse);
    const cells = clamp(Math.max(coarse.width, coarse.height), minCells, maxCells);
    return { ...state, refinement: { cells, reach: 0, harden: false } };
  };
}

/** The previous labels with a softened edge, since the subject may have moved. */
function loosenEdge(labels: Grid): Grid {
  const softened: Grid = { ...labels, data: labels.data.slice() };
  boxBlur(softened, 1, 1);
  return softened;
}

function isLost({ data }: Grid): boolean {
  return data.reduce((sum, value) => sum + value, 0) < data.length * minSubjectShare;
}

/** Computes the difference matte; undefined where the frame does not align with the clean plate. */
function matteFromPlate(
  matte: Uint8Array,
  view: View,
  { coarse, transform }: TrackedSubject,
  analysis: ShotAnalysis,
): PlateMatte | undefined {
  if (transform === undefined) return undefined;
  const { plate, isStaticCamera } = analysis;
  return computeDifferenceMatte(
    matte,
    view,
    coarse,
    plate,
    isStaticCamera ? undefined : alignToPlate(plate, view, coarse, transform),
  );
}

/** The transform from a frame to the plate, found from what is not the subject. */
function alignToPlate(plate: CleanPlate, view: View, coarse: Grid, transform: Similarity): Similarity {
  const coarseCells = resize(coarse, plate.columns, plate.rows);
  const dilated: Grid = { ...coarseCells, data: coarseCells.data.slice() };
  boxBlur(dilated, subjectMargin);
  const weights = dilated.data.map((value) => (value > 0.01 ? 0 : 1));
  return refineTransform(computeLightness(view), plate.lightness, invert(transform), weights);
}
