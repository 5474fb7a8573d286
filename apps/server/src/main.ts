import { greeting } from './greeting.ts';
import { createLogger } from './logger.ts';
import type { BundlePaths } from './paths.ts';
import { type Role, roles, serve } from './serve.ts';
import { readSettings } from './settings.ts';

/** Runs a command of `restage-server`; one that serves goes on serving after this. */
export async function main(args: readonly string[], bundle: BundlePaths = {}): Promise<void> {
  const [command, ...rest] = args;
  const role = command === 'serve' ? readRole(rest) : undefined;
  if (role) return runServer(bundle, role);
  // A server does not wait for the commands to be loaded.
  const { dispatch } = await import('./commands/dispatch.ts');
  const ran = await dispatch(args, bundle);
  if (ran.out !== undefined) say(ran.out);
  if (ran.err !== undefined) refuse(ran.err);
  process.exitCode = ran.exit;
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
  const end = (exit: 0 | 1) => {
    stopping = true;
    server.stop().then(
      () => log.flush(() => process.exit(exit)),
      (error: unknown) => {
        log.error({ err: error }, 'stopping met a fault');
        log.flush(() => process.exit(1));
      },
    );
  };
  const stop = (signal: NodeJS.Signals) => {
    // Asked twice, it no longer waits.
    if (stopping) process.exit(1);
    log.info({ signal }, 'stopping');
    end(0);
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await server.complete;
  } catch (error) {
    log.fatal({ err: error }, 'the queue could not be opened');
    if (!stopping) end(1);
  }
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function refuse(line: string): void {
  process.stderr.write(`${line}\n`);
  process.exitCode = 1;
}
