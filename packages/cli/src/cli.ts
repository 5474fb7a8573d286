import { parseArgs } from 'node:util';
import { Restage } from '@restage/sdk';
import manifest from '../package.json' with { type: 'json' };
import { closest } from './closest.ts';
import { type Command, type Report, UsageError, type Values } from './command.ts';
import { commands } from './commands/index.ts';
import { exitCodes } from './exit-codes.ts';
import { explain } from './explain.ts';
import { commandHelp, commonOptions, generalHelp } from './help.ts';
import type { Terminal } from './terminal.ts';

/**
 * Carries out a command line.
 * @param words what follows the program's name
 * @returns the exit code; nothing is thrown
 */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  // Looked for by hand, so that a command line which can't be parsed is still answered as it asked to be.
  const json = words.includes('--json');
  try {
    const report = await carryOut(words, terminal);
    if (report) terminal.out(`${json ? JSON.stringify(report.data, null, 2) : report.text}\n`);
    return exitCodes.done;
  } catch (error) {
    const { exitCode, data, text } = explain(error);
    terminal.err(`${json ? JSON.stringify(data) : text}\n`);
    return exitCode;
  }
}

async function carryOut(line: readonly string[], terminal: Terminal): Promise<Report | undefined> {
  const { name, words } = split(line);
  if (name === undefined || name === 'help' || name === '--help' || name === '-h')
    return helpReport(generalHelp());
  if (name === '--version') return { data: { version: manifest.version }, text: manifest.version };
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!command) {
    throw new UsageError(
      `${name} is no command.${meant(name, Object.keys(commands))} \`restage help\` lists them.`,
    );
  }
  const { operands, values } = parse(name, words, command);
  if (values.help) return helpReport(commandHelp(name, command));
  const required = command.operands.filter((operand) => !operand.startsWith('['));
  if (operands.length < required.length || operands.length > command.operands.length) {
    throw new UsageError(`It is: restage ${[name, ...command.operands].join(' ')}`);
  }
  const restage = new Restage({
    apiKey: terminal.env.RESTAGE_API_KEY ?? '',
    baseUrl: values['base-url'] ?? terminal.env.RESTAGE_BASE_URL,
  });
  return command.run({ restage, terminal, quiet: values.json ?? false }, operands, values);
}

/** The command, wherever it stands among the options, and the rest. */
function split(line: readonly string[]): { name: string | undefined; words: readonly string[] } {
  const at = line.findIndex((word, index) => !word.startsWith('-') && line[index - 1] !== '--base-url');
  if (at < 0) return { name: line.find((word) => word !== '--json'), words: [] };
  return { name: line[at], words: line.toSpliced(at, 1) };
}

/** A question, where a word is nearly one of those that are known. */
function meant(word: string, known: readonly string[]): string {
  const near = closest(word, known);
  return near ? ` Did you mean ${near}?` : '';
}

function parse(name: string, words: readonly string[], command: Command) {
  const options = { ...command.options, ...commonOptions };
  try {
    const { positionals, values } = parseArgs({
      args: [...words],
      options,
      allowPositionals: true,
    });
    return { operands: positionals, values: values as Values<typeof commonOptions> };
  } catch (error) {
    // parseArgs throws its own words about an option, and TypeError is all that it throws.
    if (!(error instanceof TypeError)) throw error;
    const [, unknown] = /^Unknown option '([^']+)'/.exec(error.message) ?? [];
    if (unknown === undefined) throw new UsageError(error.message);
    const names = Object.keys(options).map((option) => `--${option}`);
    throw new UsageError(
      `${unknown} is no option of ${name}.${meant(unknown, names)} \`restage ${name} --help\` lists them.`,
    );
  }
}

function helpReport(text: string): Report {
  return { data: { help: text }, text };
}
