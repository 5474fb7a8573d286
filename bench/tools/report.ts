/** One figure, and what it is held against. */
export interface Line {
  readonly what: string;
  readonly value: number;
  /** `1.15` for a value that is at most that, with `most`. */
  readonly bound: number;
  readonly kind: 'least' | 'most';
  readonly unit?: string;
}

/** Prints the lines as a table, and sets the exit code where one does not hold. */
export function report(lines: readonly Line[]): void {
  for (const { what, value, bound, kind, unit = '' } of lines) {
    const holds = kind === 'least' ? value >= bound : value <= bound;
    if (!holds) process.exitCode = 1;
    const sign = kind === 'least' ? '≥' : '≤';
    const figure = `${value.toFixed(value < 10 ? 3 : 1)}${unit}`;
    process.stdout.write(
      `${holds ? 'holds ' : 'MISSED'}  ${what.padEnd(62)} ${figure.padStart(10)}   ${sign} ${bound}${unit}\n`,
    );
  }
}

/** The middle one of some values. */
export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value that a part of all values, 0…1, does not pass. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}
