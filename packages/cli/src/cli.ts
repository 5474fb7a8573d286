import { createProgram, runProgram } from '@restage/cli-kit';
import { Restage } from '@restage/sdk';
import manifest from '../package.json' with { type: 'json' };
import { addCommands } from './commands/index.ts';
import type { Report } from './context.ts';
import { describeError } from './describe-error.ts';
import { exitCodeHelp, exitCodes } from './exit-codes.ts';
import type { Terminal } from './terminal.ts';

/**
 * Runs a command line.
 * @param words what follows the program's name
 * @returns the exit code; nothing is thrown
 */
export async function runCli(words: readonly string[], terminal: Terminal): Promise<number> {
  // Not from the parsed options: an error in a command line that can't be parsed is JSON too.
  const isJson = words.includes('--json');
  const print = ({ data, text, note }: Report) => {
    terminal.out(`${isJson ? JSON.stringify(data, null, 2) : text}\n`);
    if (note !== undefined && !isJson) terminal.err(`${note}\n`);
  };
  try {
    let printed = '';
    const program = createProgram({
      name: 'restage',
      version: manifest.version,
      description: 'Restage footage: relight a subject and composite it into the scene you describe.',
      print: (text) => {
        printed += text;
      },
    })
      .option('--json', 'print the result, or the error, as JSON')
      .option('--base-url <url>', 'URL of the server (default: RESTAGE_BASE_URL)')
      .addHelpText('after', exitCodeHelp());
    addCommands(program, async (run) => {
      const restage = new Restage({
        apiKey: terminal.env.RESTAGE_API_KEY ?? '',
        baseUrl: program.opts().baseUrl ?? terminal.env.RESTAGE_BASE_URL,
      });
      const report = await run({ restage, terminal, isJson });
      if (report) print(report);
    });
    const outcome = await runProgram(program, words);
    const text = printed.trimEnd();
    if (text !== '') print({ data: { [outcome === 'version' ? 'version' : 'help']: text }, text });
    return exitCodes.done;
  } catch (error) {
    const { exitCode, data, text } = describeError(error);
    terminal.err(`${isJson ? JSON.stringify(data) : text}\n`);
    return exitCode;
  }
}
