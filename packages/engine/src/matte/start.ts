import type { Grid } from '../math/blur.ts';
import { largest, partsOf } from './components.ts';
import { connectedness } from './connectivity.ts';
import { cutSubject, fitModels, joinsOf, type Models } from './grabcut.ts';
import { type Border, borderOf, middleness, saliencyOf } from './saliency.ts';

/** A subject as found: 1 where it is, and the colour models that part it from the rest. */
export interface Found {
  readonly labels: Grid;
  readonly models: Models;
}

/**
 * By how much what is not tied to the border must part better than what is salient. Saliency keeps a subject together that
 * has parts of the background's colours, or leaves the frame.
 */
const lead = 1.1;
/** The share of the frame below which a subject is doubted. */
const usualShare = 0.05;

/** Rounds of cutting and fitting, and those after which two guesses are judged. */
const rounds = 4;
const judged = 2;

/** Finds the subject of a first frame: from two guesses at where it is, the cut that parts it better from the rest. */
export function findSubject(lab: Grid): Found {
  const border = borderOf(lab);
  const [salient, untied] = [saliencyOf(lab, border), connectedness(lab, border)];
  const joins = joinsOf(lab);
  const one = cut(lab, joins, salient, { labels: salient, models: fitModels(lab, salient) }, 0, judged);
  const other = cut(lab, joins, untied, { labels: untied, models: fitModels(lab, untied) }, 0, judged);
  return distinctness(lab, other.labels, border) > distinctness(lab, one.labels, border) * lead
    ? cut(lab, joins, untied, other, judged, rounds)
    : cut(lab, joins, salient, one, judged, rounds);
}

/** Cuts and fits in turn, the prior trusted less each round. */
function cut(lab: Grid, joins: Float32Array, prior: Grid, from: Found, first: number, end: number): Found {
  let { labels, models } = from;
  for (let round = first; round < end; round++) {
    labels = largest(cutSubject(lab, models, prior, 1.4 - round * 0.2, joins));
    models = fitModels(lab, labels);
  }
  return { labels, models };
}

/**
 * 0…1: how well a cut parts subject from background. The share of its colours that are its own, less the more of the frame's
 * border it holds, the more it falls to pieces, the smaller it is and the further from the middle.
 */
function distinctness(lab: Grid, labels: Grid, border: Border): number {
  const bins = 16;
  const inside = new Float64Array(bins ** 3);
  const outside = new Float64Array(bins ** 3);
  const bin = (value: number, from: number, to: number) =>
    Math.max(0, Math.min(bins - 1, Math.floor(((value - from) / (to - from)) * bins)));
  let [size, edge, held, central] = [0, 0, 0, 0];
  for (let p = 0; p < labels.data.length; p++) {
    const at =
      (bin(lab.data[p * 3] as number, 0, 1) * bins + bin(lab.data[p * 3 + 1] as number, -0.3, 0.3)) * bins +
      bin(lab.data[p * 3 + 2] as number, -0.3, 0.3);
    const subject = labels.data[p] === 1;
    const histogram = subject ? inside : outside;
    histogram[at] = (histogram[at] as number) + 1;
    if (subject) {
      size++;
      central += middleness(p % lab.width, Math.floor(p / lab.width), lab.width, lab.height);
    }
    if (border[p] === 1) edge++;
    if (subject && border[p] === 1) held++;
  }
  const rest = labels.data.length - size;
  if (size === 0 || rest === 0) return 0;
  let shared = 0;
  for (let at = 0; at < inside.length; at++)
    shared += Math.min((inside[at] as number) / size, (outside[at] as number) / rest);
  const whole = partsOf(labels, 1).reduce((most, part) => Math.max(most, part.length), 0) / size;
  const small = Math.min(1, size / labels.data.length / usualShare);
  return (1 - shared) * (1 - held / edge) * whole * small * outlined(lab, labels) * (central / size);
}

/** 0…1: how much stronger the picture's steps are on the cut's outline than elsewhere; a half where they are no stronger. */
function outlined({ width, height, data }: Grid, labels: Grid): number {
  let [along, outline, everywhere, all] = [0, 0, 0, 0];
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p++) {
      for (const other of [x + 2 < width ? p + 2 : -1, y + 2 < height ? p + 2 * width : -1]) {
        if (other < 0) continue;
        const l = (data[p * 3] as number) - (data[other * 3] as number);
        const a = (data[p * 3 + 1] as number) - (data[other * 3 + 1] as number);
        const b = (data[p * 3 + 2] as number) - (data[other * 3 + 2] as number);
        const step = Math.min(0.3, Math.sqrt(l * l + 6 * (a * a + b * b)));
        everywhere += step;
        all++;
        if (labels.data[p] === labels.data[other]) continue;
        along += step;
        outline++;
      }
    }
  }
  if (outline === 0) return 0;
  return along / outline / (along / outline + everywhere / all + 1e-9);
}
