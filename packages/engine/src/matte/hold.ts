import { boxBlur, createGrid, type Grid } from '../math/blur.ts';
import { resize } from '../math/resample.ts';
import { clamp } from '../math/scalar.ts';

/** A frame's small picture in OKLab, and the coarse matte that was settled on for it. */
export interface Settled {
  readonly lab: Grid;
  readonly soft: Grid;
  /** How much of each cell was taken anew, 0…1; undefined for a first frame. */
  readonly fresh?: Grid;
}

/**
 * Keeps the last matte where the picture has not changed, so that noise can't make an edge crawl.
 * @param soft the frame's own matte, 0…1; of any size, but the same for all frames. Changed in place.
 */
export function hold(previous: Settled, lab: Grid, soft: Grid): Settled {
  const change = createGrid(lab.width, lab.height, 1);
  for (let p = 0; p < change.data.length; p++) {
    let sum = 0;
    for (let c = 0; c < 3; c++)
      sum += Math.abs((lab.data[p * 3 + c] as number) - (previous.lab.data[p * 3 + c] as number));
    change.data[p] = sum;
  }
  boxBlur(change, 2, 1);
  const changed = resize(change, soft.width, soft.height);
  const fresh = createGrid(soft.width, soft.height, 1);
  for (let p = 0; p < soft.data.length; p++) {
    fresh.data[p] = clamp(((changed.data[p] as number) - 0.012) / 0.03, 0.06, 1);
    const before = previous.soft.data[p] as number;
    soft.data[p] = before + ((soft.data[p] as number) - before) * (fresh.data[p] as number);
  }
  const taken = resize(fresh, lab.width, lab.height);
  const seen = createGrid(lab.width, lab.height, 3);
  for (let i = 0; i < seen.data.length; i++) {
    const before = previous.lab.data[i] as number;
    seen.data[i] = before + ((lab.data[i] as number) - before) * (taken.data[Math.floor(i / 3)] as number);
  }
  return { lab: seen, soft, fresh };
}

/**
 * The same for the finished matte, a byte a pixel: noise comes in again where it is brought to the picture's edges. Both
 * mattes have a buffer to themselves. Most of one is as it was, so that four pixels are compared at a time.
 */
export function holdPixels(
  before: Uint8Array,
  matte: Uint8Array,
  { width: columns, height: rows, data }: Grid,
  width: number,
): void {
  const height = matte.length / width;
  const settle = (p: number) => {
    const step = (matte[p] as number) - (before[p] as number);
    if (step === 0) return;
    const row = Math.floor((Math.floor(p / width) * rows) / height);
    const fresh = data[row * columns + Math.floor(((p % width) * columns) / width)] as number;
    if (fresh < 1) matte[p] = Math.round((before[p] as number) + step * fresh);
  };
  const words = matte.length >> 2;
  const [was, is] = [new Uint32Array(before.buffer, 0, words), new Uint32Array(matte.buffer, 0, words)];
  for (let word = 0; word < words; word++)
    if (was[word] !== is[word]) for (let p = word * 4; p < word * 4 + 4; p++) settle(p);
  for (let p = words * 4; p < matte.length; p++) settle(p);
}
