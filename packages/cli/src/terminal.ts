/** What the program gets from its process: environment, input and output, and the signal that interrupts it. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Writes to standard output: results, and nothing else. */
  readonly out: (text: string | Uint8Array) => void;
  /** Standard input, read when a command gets `-` for a file. */
  readonly stdin: AsyncIterable<Uint8Array>;
  /** Writes to standard error: progress and errors. */
  readonly err: (text: string) => void;
  /** Columns of the terminal behind standard error; undefined if it is not a terminal, and then no bar is drawn. */
  readonly columns: number | undefined;
  /** Aborts on Ctrl-C. */
  readonly signal: AbortSignal;
}
