import type { BundlePaths } from '../paths.ts';
import { settingsHelp } from '../settings.ts';
import { groups } from './groups.ts';
import { columns, commandLines, groupHelp } from './help.ts';
import { type Ran, runCommand } from './run.ts';

const usage = () =>
  columns([
    ['restage-server serve', 'serve, and render what is posted'],
    ['restage-server serve --role all|api|worker', 'do only a part of it: any number share one DATABASE_URL'],
    ...commandLines(),
    ['restage-server help <command>', 'say more of a command'],
    ['restage-server help settings', 'list the settings'],
  ]);

/** Runs any command of `restage-server` but the one that serves. */
export async function dispatch(args: readonly string[], bundle: BundlePaths): Promise<Ran> {
  const [command = 'help', topic = ''] = args;
  if (command === 'help') return { exit: 0, out: help(topic) };
  if (Object.hasOwn(groups, command)) return runCommand(args, bundle);
  return { exit: 2, err: `There is no command "${args.join(' ')}".\n${usage()}` };
}

function help(topic: string): string {
  if (topic === 'settings') return settingsHelp();
  return Object.hasOwn(groups, topic) ? groupHelp(topic) : usage();
}
