import type { View } from '../composite/view.ts';
import { boxBlur, type Grid } from '../math/blur.ts';
import { largest } from './components.ts';
import { cutSubject, fitModels, type Models } from './grabcut.ts';
import { refine } from './guided.ts';
import { hold, holdPixels, type Settled } from './hold.ts';
import { labGrid } from './search-grid.ts';
import { findSubject } from './start.ts';

/** Finds the mattes of frames that follow one another: one byte a pixel, 255 is subject. */
export type MatteFinder = (view: View) => Uint8Array | Promise<Uint8Array>;

/** Frames after which the colour models of a video are fitted anew. */
const refitEvery = 12;
/** A subject of less than this share of the frame is lost, and looked for anew at the next fitting. */
const lostShare = 0.01;

/**
 * Finds the subject in pictures that follow one another, or in a single one: what differs from the border starts
 * colour models of subject and background, GrabCut (Rother et al. 2004) parts the two, a guided filter brings the
 * cut to the picture's edges. Over frames the models are carried along, and where a picture stands still its
 * matte does too.
 * @returns a function from a frame to its matte, one byte a pixel.
 */
export function createMatteFinder(): (view: View) => Uint8Array {
  let models: Models | undefined;
  let previous: Settled | undefined;
  let shown: Uint8Array | undefined;
  let frame = 0;
  return (view) => {
    const lab = labGrid(view);
    if (
      models === undefined ||
      previous === undefined ||
      (frame % refitEvery === 0 && isLost(previous.soft))
    ) {
      const found = findSubject(lab);
      models = found.models;
      previous = { lab, soft: soften(found.labels) };
      frame = 0;
      shown = undefined;
    } else {
      const labels = cutSubject(lab, models, previous.soft, 1.6);
      if (frame % refitEvery === 0) models = fitModels(lab, labels);
      previous = hold(previous, lab, soften(largest(labels)));
    }
    frame++;
    const matte = refine(view, previous.soft);
    if (shown !== undefined && previous.fresh !== undefined)
      holdPixels(shown, matte, previous.fresh, view.width);
    shown = matte;
    return matte;
  };
}

function isLost({ data }: Grid): boolean {
  return data.reduce((sum, value) => sum + value, 0) < data.length * lostShare;
}

function soften(labels: Grid): Grid {
  const soft: Grid = { ...labels, data: labels.data.slice() };
  boxBlur(soft, 1, 1);
  return soft;
}
