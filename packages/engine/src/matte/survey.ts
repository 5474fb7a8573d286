import { shotStatistics } from '../colour/shot.ts';
import { type ColourStatistics, labStatistics } from '../colour/statistics.ts';
import type { View } from '../composite/view.ts';
import { createGrid, type Grid } from '../math/blur.ts';
import { type Backdrop, backdropOf } from './backdrop.ts';
import { type CleanPlate, type Codes, cleanPlateOf, laidFinely } from './clean-plate.ts';
import { clearCells } from './clear.ts';
import { largest } from './components.ts';
import { cutSubject, joinsOf, type Models } from './grabcut.ts';
import { fitMixture } from './mixture.ts';
import { type Motion, motionOf } from './motion.ts';
import {
  inverse,
  isStanding,
  liesOn,
  type Panned,
  type Registered,
  register,
  type Similarity,
  standing,
  warped,
} from './registration.ts';
import { labGrid } from './search-grid.ts';

/** Samples of a shot that are kept; when there are as many, every second is let go. */
const mostSamples = 12;
/** Samples that must show the same place before anything is read from what differs. */
const leastSamples = 4;
/** Cells along the longer side on which a moving subject is looked for: finer than a still one, what moves is small too. */
export const surveySize = 256;

/** What a shot shows of its subject by moving. */
export interface Surveyed {
  readonly models: Models;
  readonly backdrop: Backdrop;
  /** What is behind the subject, at full size. */
  readonly plate: CleanPlate;
  /** Whether the camera stands still, and where the shot's first frame lies. */
  readonly standing: boolean;
  readonly way: Similarity;
  /** How likely each cell of the shot's first frame is subject, 0…1. */
  readonly first: Grid;
  /** The subject's colours over all of the shot. */
  readonly colours: ColourStatistics | undefined;
}

/** Looks at frames all over a shot before any of them is worked on. */
export interface Survey {
  /** Whether the frame of this number, counted from 0, is to be given to `add`. */
  wants(frame: number): boolean;
  add(view: View): void;
  /** The small pictures in OKLab that are kept. */
  pictures(): readonly Grid[];
  /** @returns undefined where nothing moves before a background that can be told from it. */
  finish(): Surveyed | undefined;
}

/** A survey in constant memory: of a shot of any length, a dozen small pictures at most, evenly over it. */
export function createSurvey(): Survey {
  let samples: Sample[] = [];
  let stride = 1;
  return {
    wants: (frame) => frame % stride === 0,
    add(view) {
      const { width, height, channels } = view;
      samples.push({
        lab: labGrid(view, surveySize),
        codes: { width, height, channels, codes: view.codes.slice() },
      });
      if (samples.length < mostSamples) return;
      samples = samples.filter((_, n) => n % 2 === 0);
      stride *= 2;
    },
    pictures: () => samples.map(({ lab }) => lab),
    finish() {
      const laid = panOver(samples);
      const motion = laid === undefined ? undefined : motionOf(laid.panned);
      return laid === undefined || motion === undefined ? undefined : subjectOf(laid, motion);
    },
  };
}

/** A frame that was looked at: small, and as it is. */
interface Sample {
  readonly lab: Grid;
  readonly codes: Codes;
}

/** Samples that lie on each other. */
interface Laid {
  readonly reference: Sample;
  readonly panned: Panned;
  readonly lying: readonly (Registered & { readonly sample: Sample })[];
}

/** Lays the samples on the middle one; undefined where too few lie on it, or the first does not. */
function panOver(samples: readonly Sample[]): Laid | undefined {
  const middle = samples[samples.length >> 1];
  if (middle === undefined) return undefined;
  const reference = middle.lab;
  const lying = laidOn(reference, samples).filter(liesOn);
  const [first] = lying;
  if (first === undefined || first.sample !== samples[0] || lying.length < leastSamples) return undefined;
  const stands = lying.every(({ way }) => isStanding(way, 0.3, reference.width));
  const panned = {
    reference,
    standing: stands,
    first: first.way,
    samples: filled(
      stands
        ? lying.map(({ sample }) => sample.lab)
        : lying.map(({ sample, way }) => warped(sample.lab, way, Number.NaN)),
    ),
  };
  return { reference: middle, panned, lying };
}

/** Detail that must look alike for a sample to lie well enough that no other place is looked for. */
const wellAlike = 0.75;

/** Lays samples on the middle one, from there outwards: each as the last one lay, or where it is found if that is better. */
function laidOn(reference: Grid, samples: readonly Sample[]): Laid['lying'] {
  const middle = samples.length >> 1;
  const lay = (outwards: readonly Sample[]) => {
    let way = standing;
    return outwards.map((sample) => {
      let found = register(reference, sample.lab, way);
      if (found.alike < wellAlike) {
        const sought = register(reference, sample.lab);
        if (sought.alike > found.alike + 0.02) found = sought;
      }
      way = found.way;
      return { ...found, sample };
    });
  };
  return [...lay(samples.slice(0, middle).reverse()).reverse(), ...lay(samples.slice(middle))];
}

/** The samples with the median over all of them, and that in place of what one does not show. */
function filled(samples: readonly Grid[]): Panned['samples'] {
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

/** Rounds in which cuts of all samples, their common colour models and the backdrop are found from each other. */
const rounds = 3;
/** Trust in what moves, in the first round, and by how much it falls in each. */
const [firstTrust, trustStep] = [1.2, 0.3];
/** A separate part of a moving subject may be this much smaller than its largest. */
export const movingPart = 0.005;

function subjectOf({ reference, panned, lying }: Laid, motion: Motion): Surveyed | undefined {
  const { all } = panned.samples;
  const joins = all.map((sample) => joinsOf(sample));
  let labels: readonly Grid[] = motion.priors.map(({ width, height, data }) => ({
    ...{ width, height, channels: 1 },
    data: data.map((value) => (value > 0.7 ? 1 : value < 0.3 ? 0 : 0.5)),
  }));
  let models = modelsOf(all, labels, motion.still);
  let backdrop: Backdrop | undefined;
  let clear: readonly Uint8Array[] = [];
  for (let round = 0; round < rounds; round++) {
    labels = all.map((sample, k) => {
      const prior = motion.priors[k] as Grid;
      const trust = firstTrust - round * trustStep;
      const cut = cutSubject(sample, models, prior, trust, joins[k], backdrop?.costsOfSample(sample));
      return largest(cut, movingPart);
    });
    models = modelsOf(all, labels, motion.still);
    clear = clearCells(all, labels, motion, models);
    backdrop = backdropOf(panned, clear, motion);
  }
  const [first] = labels as [Grid];
  if (!explains(labels, motion.moving)) return undefined;
  return {
    models,
    standing: panned.standing,
    way: panned.first,
    backdrop: backdrop as Backdrop,
    plate: cleanPlateOf(
      laidFinely(
        reference.codes,
        lying.map(({ sample: { codes }, way }, k) => ({
          codes,
          way: panned.standing ? undefined : way,
          clear: {
            width: panned.reference.width,
            height: panned.reference.height,
            data: clear[k] as Uint8Array,
          },
        })),
      ),
    ),
    first: panned.standing ? first : warped(first, inverse(panned.first), 0.5),
    colours: coloursOf(all, labels),
  };
}

/** The colours of what is subject in some samples. */
function coloursOf(samples: readonly Grid[], labels: readonly Grid[]): ColourStatistics | undefined {
  return shotStatistics(
    samples.map((sample, k) => labStatistics(sample, (cell) => (labels[k] as Grid).data[cell] as number)),
  );
}

/** The least of the subject that must move, and the least of what moves that must be subject at some time. */
const [leastMoving, leastExplained] = [0.2, 0.65];

/** Whether what was cut out is what moves, and nearly all that moves. */
function explains(labels: readonly Grid[], moving: Grid): boolean {
  let [area, movingArea, swept, explained] = [0, 0, 0, 0];
  for (let p = 0; p < moving.data.length; p++) {
    const moves = (moving.data[p] as number) > 0.5;
    let count = 0;
    for (const { data } of labels) count += data[p] as number;
    area += count;
    if (!moves) continue;
    movingArea += count;
    swept++;
    if (count > 0) explained++;
  }
  return movingArea > area * leastMoving && explained > swept * leastExplained;
}

/** Cells that colour models are fitted to, at most about as many: two samples' worth. */
const fittedSamples = 2;

/** Colour models over all samples. Of what stands still amid what moves, only what is found to be subject is learned from. */
function modelsOf(samples: readonly Grid[], labels: readonly Grid[], still: Uint8Array): Models {
  const cells = still.length;
  const step = Math.max(1, Math.floor(samples.length / fittedSamples));
  const pooled = createGrid(Math.ceil((cells * samples.length) / step), 1, 3);
  const labelled = new Float32Array(pooled.width);
  for (let at = 0; at < pooled.width; at++) {
    const [k, p] = [Math.floor((at * step) / cells), (at * step) % cells];
    const colours = samples[k] as Grid;
    for (let c = 0; c < 3; c++) pooled.data[at * 3 + c] = colours.data[p * 3 + c] as number;
    const label = labels[k]?.data[p] as number;
    labelled[at] = still[p] === 1 && label === 0 ? 0.5 : label;
  }
  return {
    subject: fitMixture(pooled, (cell) => ((labelled[cell] as number) > 0.9 ? 1 : 0), 6),
    background: fitMixture(pooled, (cell) => ((labelled[cell] as number) < 0.1 ? 1 : 0), 8),
  };
}
