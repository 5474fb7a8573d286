import type { Restage } from '@restage/sdk';
import type { Terminal } from './terminal.ts';

/** An option of a command, as `parseArgs` takes it, with what the help says of it. */
interface Option {
  readonly type: 'string' | 'boolean';
  /** What its value is, as in `--out <file>`; for strings. */
  readonly value?: string;
  /** One letter that stands for it. */
  readonly short?: string;
  readonly summary: string;
}

/** The options of a command, by name. */
export type Options = Readonly<Record<string, Option>>;

/** What was given for them. */
export type Values<O extends Options> = {
  readonly [Name in keyof O]?: (O[Name]['type'] extends 'boolean' ? boolean : string) | undefined;
};

/** What a command has at hand. */
export interface Context {
  readonly restage: Restage;
  readonly terminal: Terminal;
  /** Whether a program reads along: no progress, and JSON alone. */
  readonly quiet: boolean;
}

/** What a command found: for programs with `--json`, for people without. */
export interface Report {
  readonly data: unknown;
  readonly text: string;
}

/** A command: `restage <name> <operands> [options]`. */
export interface Command<O extends Options = Options> {
  readonly summary: string;
  /** The operands, each required unless it is in brackets. */
  readonly operands: readonly string[];
  readonly options: O;
  /**
   * Gives what it found, or undefined when it has written that as it came.
   * @throws RestageError, and {@link UsageError} for what only the command can know to be wrong
   */
  run(context: Context, operands: readonly string[], values: Values<O>): Promise<Report | undefined>;
}

/** Declares a command. */
export function command<const O extends Options>(declared: Command<O>): Command<O> {
  return declared;
}

/** The command line is not one that a command can carry out. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A file of this machine can't be written. */
export class FileError extends Error {
  override readonly name = 'FileError';
}

/**
 * The number that an option's value is; undefined where it wasn't given.
 * @throws UsageError
 */
export function numberOf<Name extends string>(
  values: { readonly [Key in Name]?: string | undefined },
  name: Name,
): number | undefined {
  const text = values[name];
  if (text === undefined) return undefined;
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) {
    throw new UsageError(`--${name} takes a number; it was given ${JSON.stringify(text)}.`);
  }
  return value;
}
