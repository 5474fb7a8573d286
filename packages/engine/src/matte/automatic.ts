import type { View } from '../composite/view.ts';
import { boxBlur, type Grid } from '../math/blur.ts';
import { largest } from './components.ts';
import { cutSubject, fitModels, joinsOf, type Models } from './grabcut.ts';
import { refine } from './guided.ts';
import { hold, holdPixels, type Settled } from './hold.ts';
import { standing } from './registration.ts';
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
/** Frames in a row that no longer show what the survey saw, after which it is given up. */
const mostStrange = 6;

/**
 * Finds the subject in pictures that follow one another, or in a single one: what differs from the border, or in a surveyed
 * shot what moves, starts colour models of subject and background, GrabCut (Rother et al. 2004) parts the two, a guided filter
 * brings the cut to the picture's edges. Over frames the models are carried along, and where a picture stands still its
 * matte does too.
 * @returns a function from a frame to its matte, one byte a pixel.
 */
export function createMatteFinder(surveyed?: Surveyed): (view: View) => Uint8Array {
  let find = surveyed === undefined ? findByLook() : findBySurvey(surveyed);
  let shown: Uint8Array | undefined;
  return (view) => {
    let found = find(view);
    if (found === undefined) {
      find = findByLook();
      found = find(view) as Settled;
    }
    const matte = refine(view, found.soft);
    if (shown !== undefined && found.fresh !== undefined) holdPixels(shown, matte, found.fresh, view.width);
    shown = matte;
    return matte;
  };
}

/** Where the subject is in the next frame; undefined where it can no longer be told. */
type Find = (view: View) => Settled | undefined;

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

function findBySurvey({ models, backdrop, first }: Surveyed): Find {
  let previous: Settled | undefined;
  let way = standing;
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
    return previous;
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
