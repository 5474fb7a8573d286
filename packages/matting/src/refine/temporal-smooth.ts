import { boxBlur, clamp, createGrid, type Grid, resize } from '@restage/pixels';

/** A frame's small picture in OKLab, and its smoothed coarse matte. */
export interface SmoothingState {
  readonly lab: Grid;
  readonly coarse: Grid;
  /** How much of each cell was updated, 0…1; undefined for a first frame. */
  readonly updateWeight?: Grid;
}

/**
 * Keeps the previous matte where the picture has not changed, so that noise can't make an edge crawl.
 * @param coarse the frame's own matte, 0…1; of any size, but the same for all frames. Changed in place.
 */
export function smoothMatte(previous: SmoothingState, lab: Grid, coarse: Grid): SmoothingState {
  const change = createGrid(lab.width, lab.height, 1);
  for (let p = 0; p < change.data.length; p++) {
    let sum = 0;
    for (let c = 0; c < 3; c++)
      sum += Math.abs((lab.data[p * 3 + c] as number) - (previous.lab.data[p * 3 + c] as number));
    change.data[p] = sum;
  }
  boxBlur(change, 2, 1);
  const changed = resize(change, coarse.width, coarse.height);
  const updateWeight = createGrid(coarse.width, coarse.height, 1);
  for (let p = 0; p < coarse.data.length; p++) {
    updateWeight.data[p] = clamp(((changed.data[p] as number) - 0.012) / 0.03, 0.06, 1);
    const before = previous.coarse.data[p] as number;
    coarse.data[p] = before + ((coarse.data[p] as number) - before) * (updateWeight.data[p] as number);
  }
  const pixelWeight = resize(updateWeight, lab.width, lab.height);
  const smoothedLab = createGrid(lab.width, lab.height, 3);
  for (let i = 0; i < smoothedLab.data.length; i++) {
    const before = previous.lab.data[i] as number;
    smoothedLab.data[i] =
      before + ((lab.data[i] as number) - before) * (pixelWeight.data[Math.floor(i / 3)] as number);
  }
  return { lab: smoothedLab, coarse, updateWeight };
}

/**
 * The same for the finished matte, one byte per pixel: edge refinement brings noise back. Each matte must have a
 * buffer of its own. Most pixels are unchanged, so four are compared at a time.
 */
export function smoothAlpha(
  previous: Uint8Array,
  matte: Uint8Array,
  { width: columns, height: rows, data }: Grid,
  width: number,
): void {
  const height = matte.length / width;
  const smoothPixel = (p: number) => {
    const step = (matte[p] as number) - (previous[p] as number);
    if (step === 0) return;
    const row = Math.floor((Math.floor(p / width) * rows) / height);
    const updateWeight = data[row * columns + Math.floor(((p % width) * columns) / width)] as number;
    if (updateWeight < 1) matte[p] = Math.round((previous[p] as number) + step * updateWeight);
  };
  const words = matte.length >> 2;
  const [previousWords, currentWords] = [
    new Uint32Array(previous.buffer, 0, words),
    new Uint32Array(matte.buffer, 0, words),
  ];
  for (let word = 0; word < words; word++)
    if (previousWords[word] !== currentWords[word])
      for (let p = word * 4; p < word * 4 + 4; p++) smoothPixel(p);
  for (let p = words * 4; p < matte.length; p++) smoothPixel(p);
}
