import type { Restage } from '@restage/sdk';
import type { Terminal } from './terminal.ts';

/** What a command gets. */
export interface Context {
  readonly restage: Restage;
  readonly terminal: Terminal;
  /** Whether a program reads the output: JSON only, and no progress. */
  readonly isJson: boolean;
}

/** The result of a command: for programs with `--json`, for people without. */
export interface Report {
  readonly data: unknown;
  readonly text: string;
  /** What people read below the result, on standard error, so that a pipe gets the result alone. */
  readonly note?: string | undefined;
}

/**
 * Runs a command once its command line has been parsed, and prints its report.
 * @param run returns undefined when it has printed its results as they came; throws RestageError, UsageError, FileError
 */
export type Execute = (run: (context: Context) => Promise<Report | undefined>) => Promise<void>;

/** A file of this machine can't be written. */
export class FileError extends Error {
  override readonly name = 'FileError';
}
