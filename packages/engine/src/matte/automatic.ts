import type { View } from '../composite/view.ts';
import { boxBlur, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { type CleanPlate, lightOf } from './clean-plate.ts';
import { largest } from './components.ts';
import { differ } from './difference.ts';
import { cutSubject, fitModels, joinsOf, type Models } from './grabcut.ts';
import { refine } from './guided.ts';
import { hold, holdPixels, type Settled } from './hold.ts';
import { holdParted, type Parted } from './parted.ts';
import { inverse, registerFinely, type Similarity } from './registration.ts';
import { labGrid } from './search-grid.ts';
import { findSubject } from './start.ts';
import { movingPart, type Surveyed, surveySize } from './survey.ts';

/** Finds the mattes of frames that follow one another: one byte a pixel, 255 is subject. */
export type MatteFinder = (view: View) => Uint8Array | Promise<Uint8Array>;

/** Frames after which the colour models of a video are fitted anew. */
const refitEvery = 12;
/** A subject of less than this share of the frame is lost, and looked for anew at the next fitting. */
const lostShare = 0.01;
/** Trust in where the subject was a frame before, and the same where the shot shows what is behind it. */
const trust = 1.6;
const surveyedTrust = 0.4;
/** Cells round the subject by which a frame is not laid on the clean plate. */
const subjectMargin = 4;
/** Frames in a row that no longer show what the survey saw, after which it is given up. */
const mostStrange = 6;

/**
 * Finds the subject in pictures that follow one another, or in a single one: what differs from the border, or in a surveyed
 * shot what moves, starts colour models of subject and background, GrabCut (Rother et al. 2004) parts the two, a guided filter
 * brings the cut to the picture's edges; where a shot has shown what is behind, a difference matte does. Over frames the
 * models are carried along, and where a picture stands still its matte does too.
 * @returns a function from a frame to its matte, one byte a pixel.
 */
export function createMatteFinder(surveyed?: Surveyed): (view: View) => Uint8Array {
  let find = surveyed === undefined ? findByLook() : findBySurvey(surveyed);
  let shown: Uint8Array | undefined;
  let parted: Parted | undefined;
  return (view) => {
    let found = find(view);
    if (found === undefined) {
      find = findByLook();
      found = find(view) as Look;
    }
    const matte = refine(view, found.soft);
    const before = parted;
    parted = surveyed === undefined ? undefined : part(matte, view, found, surveyed);
    if (surveyed !== undefined && parted !== undefined) {
      if (before !== undefined && surveyed.standing) holdParted(before, parted, surveyed.plate);
      shown = undefined;
      return matte;
    }
    if (shown !== undefined && found.fresh !== undefined) holdPixels(shown, matte, found.fresh, view.width);
    shown = matte;
    return matte;
  };
}

/** Where the subject is in a frame, and where that lies on what was surveyed. */
interface Look extends Settled {
  readonly way?: Similarity;
}

/** Where the subject is in the next frame; undefined where it can no longer be told. */
type Find = (view: View) => Look | undefined;

function findByLook(): Find {
  let models: Models | undefined;
  let previous: Settled | undefined;
  let frame = 0;
  return (view) => {
    const lab = labGrid(view);
    const isDue = frame % refitEvery === 0;
    if (models === undefined || previous === undefined || (isDue && isLost(previous.soft))) {
      const found = findSubject(lab);
      models = found.models;
      previous = { lab, soft: found.labels };
      frame = 0;
    } else {
      const labels = cutSubject(lab, models, loosened(previous.soft), trust);
      if (isDue) models = fitModels(lab, labels);
      previous = hold(previous, lab, largest(labels));
    }
    frame++;
    return previous;
  };
}

function findBySurvey({ models, backdrop, first, way: start }: Surveyed): Find {
  let previous: Settled | undefined;
  let way = start;
  let strange = 0;
  return (view) => {
    const lab = labGrid(view, surveySize);
    const behind = backdrop.costsOf(lab, way);
    way = behind.way;
    strange = behind.costs === undefined ? strange + 1 : 0;
    if (strange > mostStrange) return undefined;
    const where = previous?.soft ?? first;
    const cut = cutSubject(lab, models, where, surveyedTrust, joinsOf(lab), behind.costs);
    const labels = largest(cut, movingPart);
    previous = previous === undefined ? { lab, soft: labels } : hold(previous, lab, labels);
    return { ...previous, way };
  };
}

/** Where the subject was, with an edge that it may have moved over since. */
function loosened(labels: Grid): Grid {
  const loose: Grid = { ...labels, data: labels.data.slice() };
  boxBlur(loose, 1, 1);
  return loose;
}

function isLost({ data }: Grid): boolean {
  return data.reduce((sum, value) => sum + value, 0) < data.length * lostShare;
}

/** Parts the subject from the clean plate behind it; undefined where the frame can't be laid on that. */
function part(matte: Uint8Array, view: View, { soft, way }: Look, surveyed: Surveyed): Parted | undefined {
  if (way === undefined) return undefined;
  const { plate, standing } = surveyed;
  return differ(matte, view, soft, plate, standing ? undefined : wayOnto(plate, view, soft, way));
}

/** Where a frame's places lie on the plate, found from what is not the subject. */
function wayOnto(plate: CleanPlate, view: View, soft: Grid, way: Similarity): Similarity {
  const near = resize(soft, plate.columns, plate.rows);
  const around: Grid = { ...near, data: near.data.slice() };
  boxBlur(around, subjectMargin);
  const weights = around.data.map((value) => (value > 0.01 ? 0 : 1));
  return registerFinely(lightOf(view), plate.light, inverse(way), weights);
}
