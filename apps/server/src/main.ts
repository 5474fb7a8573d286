import { isFailure } from '@restage/errors';
import { greeting } from './greeting.ts';
import { findLaunchChain, watchLaunchChain } from './launcher.ts';
import { listen } from './listen.ts';
import type { BundlePaths } from './paths.ts';
import { type Role, roles } from './roles.ts';
import { readSettings } from './settings.ts';
import { turn } from './turn.ts';

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

/** Serves, until a signal ends it or what it stands on fails. */
async function runServer(bundle: BundlePaths, role: Role): Promise<void> {
  const launchChain = findLaunchChain();
  const settings = readSettings(process.env);
  if (isFailure(settings)) return refuse(settings.message);
  // First of all, so that whoever looks finds it alive, and a port that is taken is found out at once.
  const { HOST: host, PORT: port, RESTAGE_PUBLIC_URL: publicUrl } = settings;
  const listener = await listen({ host, port, publicUrl });
  if (isFailure(listener)) return refuse(listener.message);
  await turn();
  const { createLogger } = await import('./logger.ts');
  await turn();
  const { serve } = await import('./serve.ts');
  const log = createLogger(settings.LOG_LEVEL);
  const server = await serve(listener, settings, log, bundle, role);
  if (isFailure(server)) return refuse(server.message);
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
  watchLaunchChain(launchChain, () => {
    if (stopping) return;
    log.info({ reason: 'launcher_ended' }, 'stopping');
    end(0);
  });
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
