/** A row, or the room of so many rows that are out of sight. */
export type RowPart = { readonly index: number } | { readonly gap: number; readonly key: string };

/** Adds a row to those in sight, if there is one of that index. @param indexes in ascending order */
export function withRow(indexes: readonly number[], index: number | undefined, count: number): number[] {
  if (index === undefined || index >= count || indexes.includes(index)) return [...indexes];
  return [...indexes, index].sort((a, b) => a - b);
}

/** The rows in sight, with what takes the room of all the others. @param indexes in ascending order */
export function toParts(indexes: readonly number[], count: number): readonly RowPart[] {
  const parts: RowPart[] = [];
  let next = 0;
  const addGap = (until: number) => {
    if (until > next) parts.push({ gap: until - next, key: `gap-${next === 0 ? 'first' : parts.length}` });
  };
  for (const index of indexes) {
    if (index >= count) break;
    addGap(index);
    parts.push({ index });
    next = index + 1;
  }
  addGap(count);
  return parts;
}
