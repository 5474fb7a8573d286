import { createGrid, type Grid } from '@restage/pixels';

/** Minimum size of a separate part, as a share of the largest one; smaller parts are clutter. */
const defaultPartShare = 0.06;
/** Minimum size of a hole, as a share of the largest; smaller ones are a glint, a label, a button. */
const minHoleShare = 0.003;

/** Removes small separate parts of the subject, and fills small holes in it. */
export function keepLargestParts(labels: Grid, minPartShare = defaultPartShare): Grid {
  const out = createGrid(labels.width, labels.height, 1);
  out.data.set(labels.data);
  for (const [value, share] of [
    [1, minPartShare],
    [0, minHoleShare],
  ] as const) {
    const parts = findParts(out, value);
    const largestSize = parts.reduce((size, part) => Math.max(size, part.length), 0);
    for (const part of parts)
      if (part.length < largestSize * share) for (const cell of part) out.data[cell] = 1 - value;
  }
  return out;
}

/** Finds the 4-connected parts of cells that hold `value`. */
export function findParts({ width, height, data }: Grid, value: number): number[][] {
  const seen = new Uint8Array(width * height);
  const parts: number[][] = [];
  for (let start = 0; start < seen.length; start++) {
    if (seen[start] === 1 || data[start] !== value) continue;
    const part = [start];
    seen[start] = 1;
    for (let n = 0; n < part.length; n++) {
      const cell = part[n] as number;
      const x = cell % width;
      for (const other of [
        x > 0 ? cell - 1 : -1,
        x + 1 < width ? cell + 1 : -1,
        cell - width,
        cell + width,
      ]) {
        if (other < 0 || other >= seen.length || seen[other] === 1 || data[other] !== value) continue;
        seen[other] = 1;
        part.push(other);
      }
    }
    parts.push(part);
  }
  return parts;
}
