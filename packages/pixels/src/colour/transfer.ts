import { mapSymmetric, multiply } from '../math/matrix.ts';
import { clamp, mix } from '../math/scalar.ts';
import type { Lab } from './oklab.ts';
import type { ColourStatistics, Matrix } from './statistics.ts';

/** A mapping of colours in OKLab. */
export type LabMap = (lab: Lab) => Lab;

/** Maximum shift of the mean colour in a and b: beyond it, skin no longer looks like skin. */
const maxChromaShift = 0.085;
/** Share of the covariance change that is applied, and bounds of the change of contrast and saturation. */
const shapeShare = 0.3;
const shapeBounds = [0.75, 1.25] as const;

/**
 * Creates a map from a subject's colours towards a scene's: mean and covariance in OKLab, by the linear
 * Monge-Kantorovitch map (Pitié and Kokaram 2007), limited. Lightness follows a curve with fixed ends, so that
 * neither shadows nor highlights clip.
 * @param strength 1 shifts the mean by 62 % of the distance.
 */
export function createColourTransfer(
  subject: ColourStatistics,
  scene: ColourStatistics,
  strength: number,
): LabMap {
  const share = clamp(0.62 * strength, 0, 0.9);
  const shift = [scene.mean[1] - subject.mean[1], scene.mean[2] - subject.mean[2]] as const;
  const distance = Math.hypot(shift[0], shift[1]) * share;
  const chromaFactor =
    distance < 1e-6 ? 0 : (maxChromaShift * Math.tanh(distance / maxChromaShift)) / distance;
  const [m0, m1, m2] = computeShape(subject.covariance, scene.covariance, strength);
  const from = clamp(subject.mean[0], 0.08, 0.95);
  const to = clamp(mix(from, scene.mean[0], share), 0.1, 0.93);
  const lightness = lightnessCurve(from, to);
  return ([l, a, b]) => {
    const dl = l - subject.mean[0];
    const da = a - subject.mean[1];
    const db = b - subject.mean[2];
    const mappedLightness = subject.mean[0] + m0[0] * dl + m0[1] * da + m0[2] * db;
    const newLightness = lightness(clamp(mappedLightness, 0, 1.02));
    const saturation = clamp(newLightness / Math.max(0.05, l), 0.55, 1.3);
    const tintWeight =
      Math.min(1, newLightness / 0.3) * Math.min(1, (1.02 - Math.min(1, newLightness)) / 0.2);
    return [
      newLightness,
      (subject.mean[1] + m1[0] * dl + m1[1] * da + m1[2] * db) * saturation +
        shift[0] * share * chromaFactor * tintWeight,
      (subject.mean[2] + m2[0] * dl + m2[1] * da + m2[2] * db) * saturation +
        shift[1] * share * chromaFactor * tintWeight,
    ];
  };
}

/**
 * A curve that maps 0 to 0, 1 to 1 (or less, for a dark scene) and `from` to `to`. Darker: part exposure, part gamma.
 * Lighter: screen blending near black, since gamma alone looks milky; more gamma towards white, which keeps
 * highlights apart.
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

/** The linear part of the map, interpolated from the identity, with bounded stretch. */
function computeShape(subject: Matrix, scene: Matrix, strength: number): Matrix {
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
