import { groups } from './commands/groups.ts';
import { columns, commandLines, groupHelp } from './commands/help.ts';
import { runCommand } from './commands/run.ts';
import { greeting } from './greeting.ts';
import { createLogger } from './logger.ts';
import type { BundlePaths } from './paths.ts';
import { type Role, roles, serve } from './serve.ts';
import { readSettings, settingsHelp } from './settings.ts';

const usage = () =>
  columns([
    ['restage-server serve', 'serve, and render what is posted'],
    ['restage-server serve --role all|api|worker', 'do only a part of it: any number share one DATABASE_URL'],
    ...commandLines(),
    ['restage-server help <command>', 'say more of a command'],
    ['restage-server help settings', 'list the settings'],
  ]);

/** Runs a command of `restage-server`. */
export async function main(args: readonly string[], bundle: BundlePaths = {}): Promise<void> {
  const [command = 'help', ...rest] = args;
  const role = command === 'serve' ? readRole(rest) : undefined;
  if (role) return runServer(bundle, role);
  if (command === 'help') return say(help(rest[0]));
  if (Object.hasOwn(groups, command)) {
    const ran = await runCommand(args, bundle);
    if (ran.out !== undefined) say(ran.out);
    if (ran.err !== undefined) refuse(ran.err);
    process.exitCode = ran.exit;
    return;
  }
  refuse(`There is no command "${[command, ...rest].join(' ')}".\n${usage()}`);
  process.exitCode = 2;
}

function help(topic = ''): string {
  if (topic === 'settings') return settingsHelp();
  return Object.hasOwn(groups, topic) ? groupHelp(topic) : usage();
}

/** The role that a command's arguments ask for, if they ask for anything that is. */
function readRole(args: readonly string[]): Role | undefined {
  if (args.length === 0) return 'all';
  const [, asked] = /^--role[ =](\w+)$/.exec(args.join(' ')) ?? [];
  return roles.find((role) => role === asked);
}

async function runServer(bundle: BundlePaths, role: Role): Promise<void> {
  const settings = readSettings(process.env);
  if ('fault' in settings) return refuse(settings.fault);
  const log = createLogger(settings.LOG_LEVEL);
  const server = await serve(settings, log, bundle, role);
  if ('fault' in server) return refuse(server.fault);
  say(greeting(server));

  let stopping = false;
  const stop = (signal: NodeJS.Signals) => {
    // Asked twice, it no longer waits.
    if (stopping) process.exit(1);
    stopping = true;
    log.info({ signal }, 'stopping');
    server.stop().then(
      () => log.flush(() => process.exit(0)),
      (error: unknown) => {
        log.error({ err: error }, 'stopping met a fault');
        log.flush(() => process.exit(1));
      },
    );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(line: string): void {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
