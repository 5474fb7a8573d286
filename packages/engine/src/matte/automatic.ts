import { labFromRgb } from '../colour/oklab.ts';
import type { View } from '../composite/view.ts';
import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { clamp } from '../math/scalar.ts';
import { largest } from './components.ts';
import { cutSubject, fitModels, type Models } from './grabcut.ts';
import { refine } from './guided.ts';
import { saliencyOf } from './saliency.ts';

/** Cells along the longer side of the grid on which the subject is looked for. */
const searchSize = 192;
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
  let previous: { readonly lab: Grid; readonly soft: Grid } | undefined;
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
      previous = { lab, soft: settle(previous, lab, soften(largest(labels))) };
    }
    frame++;
    return refine(view, previous.soft);
  };
}

/** A small picture of the frame in OKLab, each cell the mean of four looks. */
function labGrid({ width, height, linear }: View): Grid {
  const scale = Math.min(1, searchSize / Math.max(width, height));
  const grid = createGrid(Math.max(2, Math.round(width * scale)), Math.max(2, Math.round(height * scale)), 3);
  const rgb = new Float32Array(3);
  for (let y = 0, at = 0; y < grid.height; y++) {
    for (let x = 0; x < grid.width; x++, at += 3) {
      const sum: [number, number, number] = [0, 0, 0];
      for (let n = 0; n < 4; n++) {
        linear(
          Math.floor(((x + 0.25 + (n & 1) * 0.5) * width) / grid.width),
          Math.floor(((y + 0.25 + (n >> 1) * 0.5) * height) / grid.height),
          rgb,
        );
        for (const c of [0, 1, 2] as const) sum[c] += (rgb[c] as number) / 4;
      }
      grid.data.set(labFromRgb(sum), at);
    }
  }
  return grid;
}

function soften(labels: Grid): Grid {
  const soft: Grid = { ...labels, data: labels.data.slice() };
  boxBlur(soft, 1, 1);
  return soft;
}

/** Keeps the last matte where the picture has not changed, so that noise can't make an edge crawl. */
function settle(previous: { readonly lab: Grid; readonly soft: Grid }, lab: Grid, soft: Grid): Grid {
  const change = createGrid(lab.width, lab.height, 1);
  for (let p = 0; p < change.data.length; p++) {
    let sum = 0;
    for (let c = 0; c < 3; c++)
      sum += Math.abs((lab.data[p * 3 + c] as number) - (previous.lab.data[p * 3 + c] as number));
    change.data[p] = sum;
  }
  boxBlur(change, 2, 1);
  for (let p = 0; p < soft.data.length; p++) {
    const fresh = clamp(((change.data[p] as number) - 0.012) / 0.03, 0.06, 1);
    const before = previous.soft.data[p] as number;
    soft.data[p] = before + ((soft.data[p] as number) - before) * fresh;
  }
  return soft;
}
