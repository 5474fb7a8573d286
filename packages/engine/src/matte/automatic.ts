import type { View } from '../composite/view.ts';
import { boxBlur, type Grid } from '../math/blur.ts';
import { largest } from './components.ts';
import { cutSubject, fitModels, type Models } from './grabcut.ts';
import { refine } from './guided.ts';
import { hold, type Settled } from './hold.ts';
import { saliencyOf } from './saliency.ts';
import { labGrid } from './search-grid.ts';

/** Finds the mattes of frames that follow one another: one byte a pixel, 255 is subject. */
export type MatteFinder = (view: View) => Uint8Array | Promise<Uint8Array>;

/** Frames after which the colour models of a video are fitted anew. */
const refitEvery = 12;

/**
 * Finds the subject in pictures that follow one another, or in a single one: saliency against the border
 * starts colour models of subject and background, GrabCut (Rother et al. 2004) parts the two, a guided filter
 * brings the cut to the picture's edges. Over frames the models are carried along, and where a picture stands
 * still its matte does too.
 * @returns a function from a frame to its matte, one byte a pixel.
 */
export function createMatteFinder(): (view: View) => Uint8Array {
  let models: Models | undefined;
  let previous: Settled | undefined;
  let frame = 0;
  return (view) => {
    const lab = labGrid(view);
    if (models === undefined || previous === undefined) {
      const prior = saliencyOf(lab);
      models = fitModels(lab, prior);
      let labels = prior;
      for (let round = 0; round < 4; round++) {
        labels = cutSubject(lab, models, prior, 1.4 - round * 0.2);
        models = fitModels(lab, labels);
      }
      previous = { lab, soft: soften(largest(labels)) };
      frame = 0;
    } else {
      const labels = cutSubject(lab, models, previous.soft, 1.6);
      if (frame % refitEvery === 0) models = fitModels(lab, labels);
      previous = hold(previous, lab, soften(largest(labels)));
    }
    frame++;
    return refine(view, previous.soft);
  };
}

function soften(labels: Grid): Grid {
  const soft: Grid = { ...labels, data: labels.data.slice() };
  boxBlur(soft, 1, 1);
  return soft;
}
