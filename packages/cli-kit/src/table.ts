/** Text from outside on one line, without control characters: a terminal obeys nothing that is in it. */
export function toSingleLine(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}

/** Rows of cells in columns as wide as their widest cell. */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map(toSingleLine));
  const widths: number[] = [];
  for (const row of cells) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, cell.length);
    }
  }
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
