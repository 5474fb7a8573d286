import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { getPath, getUsage } from './help.ts';
import { toSingleLine } from './table.ts';
import { UsageError } from './usage-error.ts';

/** Rewords what Commander says of a command line, and adds how the command is used. */
export function toUsageError(command: CommandUnknownOpts, message: string, code: string): UsageError {
  const program = getUsage(command).split(' ', 1).join();
  const help = [program, getPath(command), '--help'].filter(Boolean).join(' ');
  return new UsageError(reword(command, message, code), `Usage: ${getUsage(command)}\nSee "${help}".`);
}

/** The words of Commander's messages that ours repeat, by its error code. */
const patterns = {
  'commander.unknownOption': /^error: unknown option '(.*?)'(?:\n\(Did you mean (.*)\?\))?$/s,
  'commander.unknownCommand': /^error: unknown command '(.*?)'(?:\n\(Did you mean (.*)\?\))?$/s,
  'commander.missingArgument': /^error: missing required argument '(.*)'$/,
  'commander.optionMissingArgument': /^error: option '(.*)' argument missing$/,
} as const;
const invalidOption = /^error: option '.*?(--[\w-]+).*?' argument '(.*)' is invalid\. (.*)$/s;
const invalidArgument = /^error: command-argument value '(.*)' is invalid for argument '(.*?)'\. (.*)$/s;

function reword(command: CommandUnknownOpts, message: string, code: string): string {
  const path = getPath(command);
  const where = path === '' ? '' : ` for "${path}"`;
  const [, word = '', similar] =
    (code in patterns && patterns[code as keyof typeof patterns].exec(message)) || [];
  switch (code) {
    case 'commander.unknownOption': {
      const [name = ''] = word.split('=', 1);
      if (name !== word && hasOption(command, name)) return `Option ${name} takes no value.`;
      return `Unknown option ${toSingleLine(name)}${where}.${suggest(similar)}`;
    }
    case 'commander.unknownCommand':
      return `Unknown command ${JSON.stringify([path, word].filter(Boolean).join(' '))}.${suggest(similar)}`;
    case 'commander.missingArgument':
      return `Missing argument <${word}>.`;
    case 'commander.optionMissingArgument':
      return `Missing value of ${word}.`;
    case 'commander.excessArguments': {
      const excess = command.args[command.registeredArguments.length] ?? '';
      return `Unexpected argument ${JSON.stringify(excess)}${where}.`;
    }
    case 'commander.invalidArgument': {
      const [, option, value, accepted] = invalidOption.exec(message) ?? [];
      if (option !== undefined) return `${option} ${accepted}; received ${JSON.stringify(value)}.`;
      const [, received, name, wanted] = invalidArgument.exec(message) ?? [];
      return `<${name}> ${wanted}; received ${JSON.stringify(received)}.`;
    }
    default:
      return message.replace(/^error: /, '');
  }
}

function hasOption(command: CommandUnknownOpts, name: string): boolean {
  const isKnown = command.options.some(({ long }) => long === name);
  return isKnown || (command.parent !== null && hasOption(command.parent, name));
}

/** Commander's own guess, which is a word or "one of" several. */
function suggest(similar: string | undefined): string {
  if (similar === undefined) return '';
  const words = similar.replace(/^one of /, '').split(', ');
  return ` Did you mean ${words.map((word) => `"${word}"`).join(' or ')}?`;
}
