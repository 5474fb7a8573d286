import type { Grid } from '@restage/pixels';

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

/** Measures the shares of a subject that is segmented in each sample. */
export function measureMotion(labels: readonly Grid[], movement: Grid): MotionShares {
  let [area, movingArea, movingCells, explainedCells] = [0, 0, 0, 0];
  for (let p = 0; p < movement.data.length; p++) {
    const moves = (movement.data[p] as number) > 0.5;
    let count = 0;
    for (const { data } of labels) count += data[p] as number;
    area += count;
    if (!moves) continue;
    movingArea += count;
    movingCells++;
    if (count > 0) explainedCells++;
  }
  return { moving: movingArea / Math.max(1, area), explained: explainedCells / Math.max(1, movingCells) };
}

/** What tells of two segmented subjects which one is the better. */
export interface MotionEvidence {
  readonly shares: MotionShares;
  /** How well subject and background are separated, 0…1. */
  readonly score: number;
}

/** Factor by which the network's subject must be separated better than what moves, if both account for the motion. */
const minNetworkLead = 1.02;
/** Difference of shares from which one of two subjects accounts for the motion better. */
const minShareLead = 0.05;

/** Whether the network's subject is better than the one that was segmented by motion alone. */
export function isBetter(byNetwork: MotionEvidence, byMotion: MotionEvidence): boolean {
  const explains = byNetwork.shares.explained - byMotion.shares.explained;
  const moves = byNetwork.shares.moving - byMotion.shares.moving;
  if (explains < -minShareLead || moves < -minShareLead) return false;
  return explains > minShareLead || byNetwork.score > byMotion.score * minNetworkLead;
}
