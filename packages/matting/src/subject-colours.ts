import { type ColourStatistics, computeLabStatistics, type Grid, shrink } from '@restage/pixels';
import { segmentSubject } from './segmentation/segment.ts';

/** Cells along the longer side, about: an average over all of a subject needs no fine outline. */
const gridSize = 128;

/** The subject's colours in a small picture in OKLab; undefined if no subject is found. */
export function getSubjectColours(sample: Grid): ColourStatistics | undefined {
  const small = shrink(sample, Math.max(1, Math.round(Math.max(sample.width, sample.height) / gridSize)));
  const { labels } = segmentSubject(small);
  return computeLabStatistics(small, (cell) => labels.data[cell] as number);
}
