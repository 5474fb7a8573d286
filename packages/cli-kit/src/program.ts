import {
  Command,
  CommanderError,
  type CommandUnknownOpts,
  type ErrorOptions,
  type HelpContext,
  type ParseOptionsResult,
} from '@commander-js/extra-typings';
import { toUsageError } from './commander-errors.ts';
import { getPath, helpConfiguration } from './help.ts';
import { UsageError } from './usage-error.ts';

/** What a program is called and says of itself. */
export interface ProgramOptions {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  /** Takes the help and the version when a command line asks for them. */
  readonly print: (text: string) => void;
  /** Texts of `help <topic>`, beside those of the commands. */
  readonly topics?: Readonly<Record<string, () => string>>;
}

/** Creates a command line. Options and commands are added with Commander's own methods. */
export function createProgram({ name, version, description, print, topics = {} }: ProgramOptions): Command {
  const program = new StrictCommand(name)
    .description(description)
    .version(version, '--version', 'show the version')
    .exitOverride()
    .configureOutput({ writeOut: print })
    .configureHelp(helpConfiguration)
    .helpOption('-h, --help', 'show this help')
    .helpCommand(false);
  program
    .command('help')
    .description(
      ['Show the help of a command', ...Object.keys(topics).map((topic) => `of "${topic}"`)].join(', or '),
    )
    .argument('[topic...]')
    .action((words) => {
      const topic = Object.hasOwn(topics, words.join(' ')) ? topics[words.join(' ')] : undefined;
      if (topic) return print(`${topic()}\n`);
      findCommand(program, words).help();
    });
  return program;
}

/**
 * Runs a command line.
 * @param words what follows the program's name
 * @returns what it asked for: a command, which has run, or a text, which has been printed
 * @throws UsageError, and what the command throws
 */
export async function runProgram(
  program: CommandUnknownOpts,
  words: readonly string[],
): Promise<'command' | 'help' | 'version'> {
  try {
    await program.parseAsync(words, { from: 'user' });
    return 'command';
  } catch (error) {
    // Commander ends like this once it has printed what was asked for; its errors are UsageErrors by then.
    if (error instanceof CommanderError) return error.code === 'commander.version' ? 'version' : 'help';
    throw error;
  }
}

/** A command that throws UsageErrors, and takes no option for the value of another. */
class StrictCommand extends Command {
  override createCommand(name?: string): Command {
    return new StrictCommand(name);
  }

  override error(message: string, options?: ErrorOptions): never {
    throw toUsageError(this, message, options?.code ?? '');
  }

  /** Called on request, and with `error` where a command line ends before it has come to a command. */
  override help(context?: HelpContext | ((text: string) => string)): never {
    if (typeof context === 'object' && context.error && this.parent) {
      const names = this.commands.map((command) => command.name()).join(', ');
      throw new UsageError(`Missing command after "${getPath(this)}": ${names}.`);
    }
    return super.help();
  }

  override outputHelp(context?: HelpContext | ((text: string) => string)): void {
    // Commander would show this help for `dance --help` too, where there is no such command.
    const [word] = this.args;
    const isCommand = this.commands.length === 0 || this.commands.some((command) => command.name() === word);
    if (!isCommand && word !== undefined && !word.startsWith('-')) throwUnknownCommand(this, word);
    super.outputHelp(typeof context === 'object' ? context : undefined);
  }

  override parseOptions(words: string[]): ParseOptionsResult {
    for (let index = 0; index < words.length && words[index] !== '--'; index += 1) {
      const word = words[index];
      const option = this.options.find(({ short, long }) => word === short || word === long);
      if (!option?.required) continue;
      index += 1;
      const value = words[index];
      if (value === undefined || !/^-\D/.test(value)) continue;
      throw toUsageError(
        this,
        `${option.long} needs a value; received the option ${JSON.stringify(value)}. A value that starts with a dash is written ${option.long}=${value}.`,
        '',
      );
    }
    return super.parseOptions(words);
  }
}

function findCommand(program: CommandUnknownOpts, path: readonly string[]): CommandUnknownOpts {
  return path.reduce((parent, word) => {
    const command = parent.commands.find((candidate) => candidate.name() === word);
    return command ?? throwUnknownCommand(parent, word);
  }, program);
}

function throwUnknownCommand(parent: CommandUnknownOpts, word: string): never {
  return parent.error(`error: unknown command '${word}'`, { code: 'commander.unknownCommand' });
}
