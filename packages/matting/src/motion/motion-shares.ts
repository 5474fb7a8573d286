import type { Grid } from '@restage/pixels';
import { findParts } from '../segmentation/components.ts';

/** How a segmented subject and what moves in a shot overlap. */
export interface MotionShares {
  /** The share of the subject that moves. */
  readonly moving: number;
  /** The share of what moves that is subject in some sample. */
  readonly explained: number;
}

/** The minimum of each share. */
const minShares: MotionShares = { moving: 0.2, explained: 0.65 };

/** Whether the segmented subject moves, and accounts for nearly all motion. */
export function explainsMotion({ moving, explained }: MotionShares): boolean {
  return moving > minShares.moving && explained > minShares.explained;
}

/** Whether something moves in a cell. */
function moves(movement: Grid, cell: number): boolean {
  return (movement.data[cell] as number) > 0.5;
}

/** Measures the shares of a subject that is segmented in each sample. */
export function measureMotion(labels: readonly Grid[], movement: Grid): MotionShares {
  let [area, movingArea, movingCells, explainedCells] = [0, 0, 0, 0];
  for (let p = 0; p < movement.data.length; p++) {
    let count = 0;
    for (const { data } of labels) count += data[p] as number;
    area += count;
    if (!moves(movement, p)) continue;
    movingArea += count;
    movingCells++;
    if (count > 0) explainedCells++;
  }
  return { moving: movingArea / Math.max(1, area), explained: explainedCells / Math.max(1, movingCells) };
}

/** The share of a separate part that moves at least; less is background in the subject's colours, such as a low sun. */
const minPartMovement = 0.02;

/** Removes separate parts of a subject that do not move. */
export function dropStillParts(labels: Grid, movement: Grid): Grid {
  const data = labels.data.slice();
  for (const part of findParts(labels, 1)) {
    const moving = part.filter((cell) => moves(movement, cell));
    if (moving.length < part.length * minPartMovement) for (const cell of part) data[cell] = 0;
  }
  return { ...labels, data };
}

/** What tells of two segmented subjects which one is the better. */
export interface MotionEvidence {
  readonly shares: MotionShares;
  /** How well subject and background are separated, 0…1. */
  readonly score: number;
}

/** Exponent of the share of the motion that a subject accounts for: a lost part of what moves weighs more than colours. */
const explainedWeight = 4;

/** Rates a segmented subject, 0…1: how well it is separated, how much of it moves, and how much of the motion it is. */
export function rateSubject({ shares: { moving, explained }, score }: MotionEvidence): number {
  return score * moving * explained ** explainedWeight;
}
