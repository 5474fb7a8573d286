import { type ParseArgsOptionsConfig, parseArgs } from 'node:util';
import { encodeEnvelope, isFailure } from '@restage/errors';
import { createLogger } from '../logger.ts';
import type { BundlePaths } from '../paths.ts';
import { readSettings } from '../settings.ts';
import { type Command, kebab, type Misuse, type Prepared } from './command.ts';
import { groups, isCommand } from './groups.ts';
import { groupHelp } from './help.ts';
import { openOperator } from './open.ts';
import { printJson, printText } from './print.ts';

/** What a command printed, and the exit code: 0, 1 when it was refused or found something, 2 for misuse. */
export interface Ran {
  readonly exit: 0 | 1 | 2;
  readonly out?: string;
  readonly err?: string;
}

/** Runs a command of the operator's, as in `['keys', 'list', '--json']`. The first word names a group. */
export async function runCommand(args: readonly string[], bundle: BundlePaths): Promise<Ran> {
  const [name = '', ...rest] = args;
  const group = groups[name];
  if (!group) return { exit: 2, err: `There is no command "${name}".` };
  const verb = isCommand(group) ? undefined : rest.find((word) => !word.startsWith('-'));
  const found = isCommand(group) ? group : verb === undefined ? undefined : group[verb];
  if (rest.includes('--help') || rest.includes('-h')) {
    return { exit: 0, out: groupHelp(name, found && verb) };
  }
  if (!found) {
    const trouble = verb === undefined ? `${name} needs a verb.` : `There is no command "${name} ${verb}".`;
    return { exit: 2, err: `${trouble}\n\n${groupHelp(name)}` };
  }
  const words = verb === undefined ? rest : rest.toSpliced(rest.indexOf(verb), 1);
  const read = readArguments(found, words);
  const prepared = 'misuse' in read ? read : found.prepare(read.given);
  if ('misuse' in prepared) return { exit: 2, err: `${prepared.misuse}\n\n${groupHelp(name, verb)}` };
  return perform(prepared, 'json' in read && read.json, bundle);
}

async function perform(prepared: Prepared, json: boolean, bundle: BundlePaths): Promise<Ran> {
  const settings = readSettings(process.env);
  if (isFailure(settings)) return { exit: 1, err: settings.message };
  // A command is quiet unless it is asked to speak.
  const log = createLogger(process.env.LOG_LEVEL ? settings.LOG_LEVEL : 'warn');
  const opened = await openOperator(settings, log, bundle);
  if (isFailure(opened)) return { exit: 1, err: opened.message };
  try {
    const answer = await prepared(opened.ctx);
    if (isFailure(answer)) {
      if (json) return { exit: 1, out: JSON.stringify(encodeEnvelope(answer).body, undefined, 2) };
      return { exit: 1, err: answer.message };
    }
    const exit = answer.kind === 'list' && answer.exit ? 1 : 0;
    return { exit, out: json ? printJson(answer) : printText(answer) };
  } finally {
    await opened.close();
  }
}

/** Sorts the words behind a verb into parameters and options. */
function readArguments(
  { parameters, fields }: Command,
  words: readonly string[],
): { given: Record<string, unknown>; json: boolean } | Misuse {
  const names = Object.keys(fields).filter((name) => !parameters.includes(name));
  const options: ParseArgsOptionsConfig = { json: { type: 'boolean' } };
  for (const name of names) options[kebab(name)] = { type: 'string' };
  try {
    const { values, positionals } = parseArgs({ args: words.map(mark), options, allowPositionals: true });
    const extra = unmark(positionals[parameters.length]);
    if (extra !== undefined) return { misuse: `"${extra}" is one word too many.` };
    const given: Record<string, unknown> = {};
    for (const [index, name] of parameters.entries()) given[name] = unmark(positionals[index]);
    for (const name of names) given[name] = unmark(values[kebab(name)]);
    return { given, json: values.json === true };
  } catch (error) {
    // What parseArgs throws about a command line is a sentence for the person who wrote it.
    if (error instanceof TypeError && 'code' in error) return { misuse: error.message };
    throw error;
  }
}

/** To parseArgs `-20` is an option. No word of a command line can hold the NUL that makes it none. */
const mark = (word: string) => (/^-\d/.test(word) ? `\0${word}` : word);
const unmark = (given: unknown) => (typeof given === 'string' ? given.replace(/^\0/, '') : given);
