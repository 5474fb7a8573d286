import { createGrid, type Grid } from '../math/blur.ts';

/** A separate part of less than this share of the largest is taken for clutter. */
const keptShare = 0.06;
/** A gap of less than this share of the largest is taken for none: a glint, a label, a button. */
const gapShare = 0.003;

/** Drops small separate parts of the subject, and fills small holes in it. */
export function largest(labels: Grid, kept = keptShare): Grid {
  const out = createGrid(labels.width, labels.height, 1);
  out.data.set(labels.data);
  for (const [value, share] of [
    [1, kept],
    [0, gapShare],
  ] as const) {
    const parts = partsOf(out, value);
    const most = parts.reduce((size, part) => Math.max(size, part.length), 0);
    for (const part of parts)
      if (part.length < most * share) for (const cell of part) out.data[cell] = 1 - value;
  }
  return out;
}

/** The connected parts of cells that hold `value`, by their four neighbours. */
export function partsOf({ width, height, data }: Grid, value: number): number[][] {
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
