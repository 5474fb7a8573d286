export {
  type Command,
  type CommandUnknownOpts as Program,
  InvalidArgumentError,
  type OptionValues,
} from '@commander-js/extra-typings';
export { createProgram, type ProgramOptions, runProgram } from './program.ts';
export { formatTable, toSingleLine } from './table.ts';
export { UsageError } from './usage-error.ts';
export { choice, int, intOr, number, parseExpiry, text } from './values.ts';
