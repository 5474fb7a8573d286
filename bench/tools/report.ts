/** One measured figure and its bound. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly bound: { readonly atLeast: number } | { readonly atMost: number };
  /** Stands behind value and bound, such as ` MB`. */
  readonly unit?: string;
}

/** Prints the figures as a table. If one misses its bound, the exit code becomes 1. */
export function reportFigures(figures: readonly Figure[]): void {
  for (const { name, value, bound, unit = '' } of figures) {
    const holds = 'atLeast' in bound ? value >= bound.atLeast : value <= bound.atMost;
    if (!holds) process.exitCode = 1;
    const limit = 'atLeast' in bound ? `≥ ${bound.atLeast}` : `≤ ${bound.atMost}`;
    const measured = `${value.toFixed(value < 10 ? 3 : 1)}${unit}`;
    console.log(
      `${holds ? 'holds ' : 'MISSED'}  ${name.padEnd(70)} ${measured.padStart(10)}   ${limit}${unit}`,
    );
  }
}

/** The middle one of some values. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
