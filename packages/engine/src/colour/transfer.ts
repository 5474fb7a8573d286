import { mapSymmetric, multiply } from '../math/matrix.ts';
import { clamp, mix } from '../math/scalar.ts';
import type { Lab } from './oklab.ts';
import type { ColourStatistics, Matrix } from './statistics.ts';

/** A change of one colour in OKLab. */
export type LabMap = (lab: Lab) => Lab;

/** The furthest that transfer moves the mean colour in a and b: past it, skin is skin no more. */
const chromaReach = 0.085;
/** How much of the way covariance goes, and how far contrast and saturation may change. */
const shapeShare = 0.3;
const shapeBounds = [0.75, 1.25] as const;

/**
 * Moves a subject's colours towards a scene's: mean and covariance in OKLab, by the linear Monge-Kantorovitch
 * map (Pitié and Kokaram 2007), limited. Lightness goes along a curve with fixed ends, so that neither
 * shadows nor highlights clip.
 * @param strength 1 takes the mean 62 % of the way.
 */
export function transferTowards(
  subject: ColourStatistics,
  scene: ColourStatistics,
  strength: number,
): LabMap {
  const share = clamp(0.62 * strength, 0, 0.9);
  const shift = [scene.mean[1] - subject.mean[1], scene.mean[2] - subject.mean[2]] as const;
  const distance = Math.hypot(shift[0], shift[1]) * share;
  const kept = distance < 1e-6 ? 0 : (chromaReach * Math.tanh(distance / chromaReach)) / distance;
  const [m0, m1, m2] = shapeOf(subject.covariance, scene.covariance, strength);
  const from = clamp(subject.mean[0], 0.08, 0.95);
  const to = clamp(mix(from, scene.mean[0], share), 0.1, 0.93);
  const lightness = lightnessCurve(from, to);
  return ([l, a, b]) => {
    const dl = l - subject.mean[0];
    const da = a - subject.mean[1];
    const db = b - subject.mean[2];
    const slope = subject.mean[0] + m0[0] * dl + m0[1] * da + m0[2] * db;
    const moved = lightness(clamp(slope, 0, 1.02));
    const saturation = clamp(moved / Math.max(0.05, l), 0.55, 1.3);
    const tinted = Math.min(1, moved / 0.3) * Math.min(1, (1.02 - Math.min(1, moved)) / 0.2);
    return [
      moved,
      (subject.mean[1] + m1[0] * dl + m1[1] * da + m1[2] * db) * saturation +
        shift[0] * share * kept * tinted,
      (subject.mean[2] + m2[0] * dl + m2[1] * da + m2[2] * db) * saturation +
        shift[1] * share * kept * tinted,
    ];
  };
}

/**
 * 0 to 0, 1 to 1 (or less, for a dark scene), `from` to `to`. Darker: part exposure, part gamma. Lighter: near black the
 * light adds up, as on a screen, since gamma alone makes it milky; the lighter, the more gamma, which keeps highlights apart.
 */
function lightnessCurve(from: number, to: number): (l: number) => number {
  if (to >= from) {
    const gamma = Math.log(to) / Math.log(from);
    const screen = Math.log(1 - to) / Math.log(1 - from);
    return (l) => mix(1 - Math.max(0, 1 - l) ** screen, l ** gamma, Math.min(1, l));
  }
  const exposure = Math.sqrt(to / from);
  const power = Math.log(to / exposure) / Math.log(from);
  return (l) => exposure * l ** power;
}

/** The linear part of the map, part of the way from the identity, its stretch bounded. */
function shapeOf(subject: Matrix, scene: Matrix, strength: number): Matrix {
  const floor = 1e-5;
  const root = mapSymmetric(subject, (value) => Math.sqrt(Math.max(floor, value)));
  const inverse = mapSymmetric(subject, (value) => 1 / Math.sqrt(Math.max(floor, value)));
  const middle = mapSymmetric(multiply(multiply(root, scene), root), (value) =>
    Math.sqrt(Math.max(floor * floor, value)),
  );
  const full = multiply(multiply(inverse, middle), inverse);
  const share = clamp(shapeShare * strength, 0, 0.6);
  return mapSymmetric(full, (value) => clamp(mix(1, value, share), shapeBounds[0], shapeBounds[1]));
}
