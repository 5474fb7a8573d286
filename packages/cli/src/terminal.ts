/** What the program sees of the world: its environment, where it writes, and what interrupts it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output: results, and nothing else. */
  readonly out: (text: string | Uint8Array) => void;
  /** Standard input, read when a command is given `-` in the place of a file. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes to standard error: progress, and what went wrong. */
  readonly err: (text: string) => void;
  /** Columns of the terminal that standard error is; undefined where it is none, and then no bar is drawn. */
  readonly columns: number | undefined;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}

/** Text from outside, with what a terminal would obey taken out of it. */
export function plain(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ');
}
