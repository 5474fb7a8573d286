import { clamp, createGrid, type Grid } from '@restage/pixels';
import { findParts } from '../segmentation/components.ts';
import { computeEdgeWeights, fitModels, type Models } from '../segmentation/grabcut.ts';
import { cutGrid } from '../segmentation/maxflow.ts';
import {
  buildPyramid,
  composeFlows,
  computeConfidence,
  computeMisfit,
  createFlow,
  estimateFlow,
  type Flow,
  type Layer,
  type Pyramid,
  refineFlow,
  sampleThrough,
} from './flow.ts';

/** A frame's matte as it was carried from the keyframe. */
export interface CarriedMatte {
  /** 0…1 per cell. */
  readonly coarse: Grid;
  /** Where each cell comes from in the keyframe. */
  readonly toKeyframe: Flow;
  /** How well the keyframe's subject, moved there, matches this frame, 0…1 per cell. */
  readonly confidence: Grid;
}

/** What the next frame is compared with. */
interface TrackingState extends CarriedMatte {
  readonly pyramid: Pyramid;
  readonly layer: Layer;
}

/** The artist's frame, at the size of the grid. */
interface Keyframe {
  readonly pyramid: Pyramid;
  readonly matte: Grid;
  readonly models: Models;
}

const [maxCost, misfitCost] = [10, 3];
const refineIterations = { whole: 2, parts: 1 };
const priorWeight = 3;
const colourWeight = 0.35;

/** Carries a keyframe's matte through the frames that follow it; for those before it, the frames come in reverse. */
export function* carryMatte(keyframeLab: Grid, matte: Grid, frames: Iterable<Grid>): Generator<CarriedMatte> {
  const pyramid = buildPyramid(keyframeLab);
  const layer = buildPyramid(matte);
  const keyframe: Keyframe = { pyramid, matte, models: fitModels(keyframeLab, matte) };
  let state: TrackingState = {
    pyramid,
    layer,
    coarse: matte,
    toKeyframe: createFlow(keyframeLab),
    confidence: {
      ...createGrid(matte.width, matte.height, 1),
      data: new Float32Array(matte.data.length).fill(1),
    },
  };
  for (const lab of frames) {
    state = carryToNext(keyframe, state, lab);
    yield state;
  }
}

function invertLayer(layer: Layer): Layer {
  return layer.map((grid) => ({ ...grid, data: grid.data.map((value) => 1 - value) }));
}

function carryToNext(keyframe: Keyframe, previous: TrackingState, lab: Grid): TrackingState {
  const pyramid = buildPyramid(lab);
  const [before] = previous.pyramid as [Grid];
  const background = invertLayer(previous.layer);
  const subjectFlow = estimateFlow(previous.pyramid, previous.layer, pyramid);
  const backgroundFlow = estimateFlow(previous.pyramid, background, pyramid);
  const subjectMisfit = computeMisfit(before, previous.coarse, lab, subjectFlow);
  const backgroundMisfit = computeMisfit(before, background[0] as Grid, lab, backgroundFlow);
  const carried = sampleThrough(previous.coarse, subjectFlow);
  const carriedBackground = sampleThrough(background[0] as Grid, backgroundFlow);

  const [keyLab] = keyframe.pyramid as [Grid];
  const toKeyframe = refineFlow(
    keyLab,
    keyframe.matte,
    lab,
    composeFlows(subjectFlow, previous.toKeyframe),
    refineIterations,
  );
  const anchored = sampleThrough(keyframe.matte, toKeyframe);
  const confidence = computeConfidence(keyLab, keyframe.matte, lab, toKeyframe);
  const prior = createGrid(lab.width, lab.height, 1);
  const terminal = new Float64Array(prior.data.length);
  for (let p = 0; p < terminal.length; p++) {
    if (pointsOutside(toKeyframe, p)) confidence.data[p] = 0;
    const share = confidence.data[p] as number;
    const moved = pointsOutside(subjectFlow, p) ? unknownShare : (carried.data[p] as number);
    const value = moved * (1 - share) + (anchored.data[p] as number) * share;
    prior.data[p] = value;
    const asSubject = mixCost(subjectMisfit.data[p] as number, value);
    const asBackground = mixCost(
      backgroundMisfit.data[p] as number,
      pointsOutside(backgroundFlow, p) ? unknownShare : (carriedBackground.data[p] as number),
    );
    const i = p * 3;
    const [l, a, b] = [lab.data[i] as number, lab.data[i + 1] as number, lab.data[i + 2] as number];
    const colour =
      keyframe.models.subject === undefined || keyframe.models.background === undefined
        ? 0
        : clamp(keyframe.models.background.cost(l, a, b) - keyframe.models.subject.cost(l, a, b), -6, 6);
    terminal[p] =
      asBackground - asSubject + colourWeight * colour + priorWeight * (1 + 2 * share) * 2 * (value - 0.5);
  }
  const labels = createGrid(lab.width, lab.height, 1);
  labels.data.set(
    cutGrid({ width: lab.width, height: lab.height, terminal, edgeWeights: computeEdgeWeights(lab) }),
  );
  removeUnsupported(labels, prior);
  const coarse = createGrid(lab.width, lab.height, 1);
  for (let p = 0; p < coarse.data.length; p++) {
    const [value, label] = [prior.data[p] as number, labels.data[p] as number];
    coarse.data[p] = Math.abs(value - label) < 0.5 + 0.4 * (confidence.data[p] as number) ? value : label;
  }
  return { pyramid, layer: buildPyramid(coarse), coarse, toKeyframe, confidence };
}

/** A layer's share of what was outside the frame before, and the cells by which that is so. */
const [unknownShare, outsideBy] = [0.5, 1.5];

/** Whether a cell comes from outside of the other picture. */
function pointsOutside({ width, height, data }: Flow, p: number): boolean {
  const x = (p % width) + (data[p * 2] as number);
  const y = Math.floor(p / width) + (data[p * 2 + 1] as number);
  return x < -outsideBy || y < -outsideBy || x > width - 1 + outsideBy || y > height - 1 + outsideBy;
}

/** The cost of a layer in a cell: its misfit where the layer was carried to, else the maximum. */
function mixCost(misfit: number, share: number): number {
  return maxCost + (Math.min(maxCost, misfit * misfitCost) - maxCost) * share;
}

/** Removes parts, and fills holes, that the prior has nothing of. */
function removeUnsupported(labels: Grid, prior: Grid): void {
  for (const value of [1, 0])
    for (const part of findParts(labels, value)) {
      let support = 0;
      for (const cell of part)
        support = Math.max(support, Math.abs(1 - value - (prior.data[cell] as number)));
      if (support < 0.5) for (const cell of part) labels.data[cell] = 1 - value;
    }
}
