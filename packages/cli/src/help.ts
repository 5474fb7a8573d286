import type { Command, Options } from './command.ts';
import { commands } from './commands/index.ts';
import { type ExitClass, exitCodes } from './exit-codes.ts';
import { table } from './report.ts';

/** The options that every command has. */
export const commonOptions = {
  json: { type: 'boolean', summary: 'write the result, or the error, as JSON' },
  'base-url': { type: 'string', value: '<url>', summary: 'where the server is (default: RESTAGE_BASE_URL)' },
  help: { type: 'boolean', short: 'h', summary: 'show this' },
} as const satisfies Options;

const exitMeanings: Record<ExitClass, string> = {
  done: 'done',
  bug: 'a bug of restage itself',
  usage: 'the command line is wrong',
  refused: 'the server refuses the request as it is',
  forbidden: 'the key is missing or wrong',
  unpaid: 'credits or a spending limit do not cover it',
  limited: 'too many requests or jobs at once',
  unavailable: 'the server, or the way there, is at fault',
  jobFailed: 'the job failed or was cancelled',
  unfinished: 'the job had not ended in time; it goes on',
  file: 'a file can not be read or written',
  interrupted: 'interrupted',
};

/** What `restage --help` says. */
export function generalHelp(): string {
  const rows = Object.entries(commands).map(([name, { operands, summary }]) => [
    `  restage ${[name, ...operands].join(' ')}`,
    summary,
  ]);
  const exits = Object.entries(exitMeanings).map(([name, meaning]) => [
    `  ${exitCodes[name as ExitClass]}`,
    meaning,
  ]);
  return `Restages footage: relights a subject and composites it into the scene you describe.

${table(rows)}

Options of every command:
${optionLines(commonOptions)}

The key comes from RESTAGE_API_KEY, the server's address from RESTAGE_BASE_URL.
\`restage <command> --help\` shows the options of a command, \`restage --version\` the version. Exit codes:
${table(exits)}`;
}

/** What `restage <command> --help` says. */
export function commandHelp(name: string, { operands, summary, options }: Command): string {
  return `restage ${[name, ...operands].join(' ')} [options]: ${summary}

${optionLines({ ...options, ...commonOptions })}`;
}

function optionLines(options: Options): string {
  return table(
    Object.entries(options).map(([name, { short, value, summary }]) => [
      `  ${short ? `-${short}, ` : '    '}--${name}${value ? ` ${value}` : ''}`,
      summary,
    ]),
  );
}
