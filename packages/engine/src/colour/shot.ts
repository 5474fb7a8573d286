import type { Lab } from './oklab.ts';
import type { ColourStatistics } from './statistics.ts';

/** What is darker than this share of the shot's median is of a fade, and tells nothing of the subject. */
const fadedShare = 0.5;

/**
 * Mean and covariance of a subject over a shot from those of its frames, by how much of it each shows (Chan et al. 1979).
 * Frames that are faded out are left out.
 * @returns undefined where no frame shows anything.
 */
export function shotStatistics(
  frames: readonly (ColourStatistics | undefined)[],
): ColourStatistics | undefined {
  const shown = frames.filter((frame) => frame !== undefined);
  const lightness = shown.map(({ mean }) => mean[0]).sort((one, other) => one - other);
  const median = lightness[lightness.length >> 1] ?? 0;
  return pooled(shown.filter(({ mean }) => mean[0] >= median * fadedShare));
}

function pooled(parts: readonly ColourStatistics[]): ColourStatistics | undefined {
  if (parts.length === 0) return undefined;
  const weight = parts.reduce((sum, part) => sum + part.weight, 0);
  const meanOf = (of: (part: ColourStatistics) => number) =>
    parts.reduce((sum, part) => sum + part.weight * of(part), 0) / weight;
  const along = (i: 0 | 1 | 2) => meanOf((part) => part.mean[i]);
  const mean: Lab = [along(0), along(1), along(2)];
  // The spread within the frames, and that between them.
  const spread = (i: 0 | 1 | 2, j: 0 | 1 | 2) =>
    meanOf((part) => part.covariance[i][j] + (part.mean[i] - mean[i]) * (part.mean[j] - mean[j]));
  const row = (i: 0 | 1 | 2): Lab => [spread(i, 0), spread(i, 1), spread(i, 2)];
  return { weight, mean, covariance: [row(0), row(1), row(2)] };
}
