import type { Lab } from './oklab.ts';
import type { ColourStatistics } from './statistics.ts';

/** Frames darker than this share of the shot's median are part of a fade, and are left out. */
const minLightnessShare = 0.5;

/**
 * Pools the statistics of a subject over the frames of a shot, weighted by its area in each (Chan et al. 1979). Faded
 * frames are left out.
 * @returns undefined if no frame shows the subject.
 */
export function poolShotStatistics(
  frames: readonly (ColourStatistics | undefined)[],
): ColourStatistics | undefined {
  const visibleFrames = frames.filter((frame) => frame !== undefined);
  const lightness = visibleFrames.map(({ mean }) => mean[0]).sort((one, other) => one - other);
  const median = lightness[lightness.length >> 1] ?? 0;
  return pool(visibleFrames.filter(({ mean }) => mean[0] >= median * minLightnessShare));
}

function pool(parts: readonly ColourStatistics[]): ColourStatistics | undefined {
  if (parts.length === 0) return undefined;
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const average = (of: (part: ColourStatistics) => number) =>
    parts.reduce((sum, part) => sum + part.weight * of(part), 0) / weight;
  const averageChannel = (i: 0 | 1 | 2) => average((part) => part.mean[i]);
  const mean: Lab = [averageChannel(0), averageChannel(1), averageChannel(2)];
  // Covariance within the frames plus covariance between them.
  const spread = (i: 0 | 1 | 2, j: 0 | 1 | 2) =>
    average((part) => part.covariance[i][j] + (part.mean[i] - mean[i]) * (part.mean[j] - mean[j]));
  const row = (i: 0 | 1 | 2): Lab => [spread(i, 0), spread(i, 1), spread(i, 2)];
  return { weight, mean, covariance: [row(0), row(1), row(2)] };
}
