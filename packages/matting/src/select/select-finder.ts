import { boxBlur, type Grid, resize, type View } from '@restage/pixels';
import { toLabGrid } from '../frame-grids.ts';
import {
  identity,
  invert,
  isAligned,
  refineTransform,
  register,
  registerStatic,
  type Similarity,
} from '../motion/registration.ts';
import { computeLightness } from '../plate/clean-plate.ts';
import { computeDifferenceMatte } from '../plate/difference-matte.ts';
import { refineMatte } from '../refine/guided-filter.ts';
import { type SmoothingState, smoothAlpha, smoothMatte } from '../refine/temporal-smooth.ts';
import {
  carrySize,
  type SelectedShot,
  type ShotBackground,
  type StoredMatte,
  toCoarse,
} from './select-shot.ts';

/** Cells around the subject that alignment to the clean plate leaves out. */
const subjectMargin = 4;

/**
 * Finds the mattes of a shot's frames, in order from the first, as they were carried from the keyframe. The keyframe
 * has the given matte itself. Elsewhere, where the keyframe's subject still matches, the given matte is moved there at
 * full size; the rest follows the picture's edges, and the clean plate where it is known.
 */
export function createSelectFinder(shot: SelectedShot): (view: View) => Uint8Array {
  const { given, carried, background } = shot;
  let previous: SmoothingState | undefined;
  let previousMatte: Uint8Array | undefined;
  let transform = identity;
  let frame = 0;
  return (view) => {
    const stored = carried[frame++];
    if (stored === undefined) {
      previous = previousMatte = undefined;
      return given.data.slice();
    }
    const lab = toLabGrid(view, carrySize);
    const coarse = toCoarse(stored);
    previous = previous === undefined ? { lab, coarse } : smoothMatte(previous, lab, coarse);
    const matte = refineMatte(view, coarse);
    if (background !== undefined) {
      const { plate, isStaticCamera, reference } = background;
      const registration = isStaticCamera
        ? registerStatic(reference, lab)
        : register(reference, lab, transform);
      if (isAligned(registration)) {
        transform = registration.transform;
        const toPlate = isStaticCamera ? undefined : alignToPlate(background, view, coarse, transform);
        computeDifferenceMatte(matte, view, coarse, plate, toPlate);
      }
    }
    if (previousMatte !== undefined && previous.updateWeight !== undefined)
      smoothAlpha(previousMatte, matte, previous.updateWeight, view.width);
    // Last: what stays alike where a subject moves before its own colours would hold the moved matte back.
    applyKeyframe(matte, shot, stored, view);
    previousMatte = matte;
    return matte;
  };
}

/** The transform from a frame to the plate, found from what is not the subject. */
function alignToPlate(
  { plate }: ShotBackground,
  view: View,
  coarse: Grid,
  transform: Similarity,
): Similarity {
  const nearby = resize(coarse, plate.columns, plate.rows);
  const dilated: Grid = { ...nearby, data: nearby.data.slice() };
  boxBlur(dilated, subjectMargin);
  const weights = dilated.data.map((value) => (value > 0.01 ? 0 : 1));
  return refineTransform(computeLightness(view), plate.lightness, invert(transform), weights);
}

/** Moves the given matte to a frame at full size, where the keyframe's subject matches. */
function applyKeyframe(
  matte: Uint8Array,
  { given }: SelectedShot,
  { toKeyframe, confidence, columns }: StoredMatte,
  { width, height }: View,
): void {
  const scale = width / columns;
  const step = columns / toKeyframe.width;
  for (let y = 0, p = 0; y < height; y++) {
    // Cells of the stored grids, whose centres are between the cells that they stand for.
    const v = Math.max(0, Math.min(toKeyframe.height - 1.001, (y + 0.5) / scale / step - 0.5));
    const top = Math.floor(v);
    for (let x = 0; x < width; x++, p++) {
      const u = Math.max(0, Math.min(toKeyframe.width - 1.001, (x + 0.5) / scale / step - 0.5));
      const left = Math.floor(u);
      const trust = interpolate(confidence, left, top, u - left, v - top, 0);
      if (trust === 0) continue;
      const px = x + interpolate(toKeyframe, left, top, u - left, v - top, 0) * scale;
      const py = y + interpolate(toKeyframe, left, top, u - left, v - top, 1) * scale;
      const before = matte[p] as number;
      matte[p] = Math.round(before + (sampleGiven(given, px, py) - before) * trust);
    }
  }
}

function interpolate(
  { width, channels, data }: Grid,
  left: number,
  top: number,
  fx: number,
  fy: number,
  c: number,
): number {
  const at = (top * width + left) * channels + c;
  const below = at + width * channels;
  const upper = (data[at] as number) * (1 - fx) + (data[at + channels] as number) * fx;
  const lower = (data[below] as number) * (1 - fx) + (data[below + channels] as number) * fx;
  return upper + (lower - upper) * fy;
}

function sampleGiven({ width, height, data }: SelectedShot['given'], x: number, y: number): number {
  const px = Math.max(0, Math.min(width - 1.001, x));
  const py = Math.max(0, Math.min(height - 1.001, y));
  const [left, top] = [Math.floor(px), Math.floor(py)];
  const at = top * width + left;
  const upper = (data[at] as number) * (1 - px + left) + (data[at + 1] as number) * (px - left);
  const lower =
    (data[at + width] as number) * (1 - px + left) + (data[at + width + 1] as number) * (px - left);
  return upper + (lower - upper) * (py - top);
}
