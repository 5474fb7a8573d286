import { type ColourStatistics, labStatistics } from '../colour/statistics.ts';
import type { Grid } from '../math/blur.ts';
import { shrink } from '../math/resample.ts';
import { findSubject } from './start.ts';

/** Cells along the longer side, about: what is averaged over all of a subject needs no fine outline. */
const lookSize = 128;

/** The colours of what is found in a small picture in OKLab by its looks; undefined for nothing. */
export function coloursByLook(sample: Grid): ColourStatistics | undefined {
  const small = shrink(sample, Math.max(1, Math.round(Math.max(sample.width, sample.height) / lookSize)));
  const { labels } = findSubject(small);
  return labStatistics(small, (cell) => labels.data[cell] as number);
}
