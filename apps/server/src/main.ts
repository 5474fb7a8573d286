import { isFailure } from '@restage/errors';
import { runCommandLine } from './command-line/run-command-line.ts';
import type { BundlePaths } from './paths.ts';
import type { Role } from './roles.ts';
import { createLogger } from './settings/logger.ts';
import { readSettings } from './settings/settings.ts';
import { startupBanner } from './startup/banner.ts';
import { findLaunchChain, watchLaunchChain } from './startup/launcher.ts';
import { serve } from './startup/serve.ts';

/** Runs a command of `restage-server`; a server keeps running after this returns. */
export async function main(args: readonly string[], bundle: BundlePaths = {}): Promise<void> {
  const result = await runCommandLine(args, bundle);
  if ('role' in result) return runServer(bundle, result.role);
  if (result.out !== undefined) printLine(result.out);
  if (result.err !== undefined) printError(result.err);
  process.exitCode = result.exitCode;
}

/**
 * Serves until a signal ends the process, or the process that launched it ends. Before it serves, a signal simply ends it;
 * the embedded PostgreSQL then shuts down by itself.
 */
async function runServer(bundle: BundlePaths, role: Role): Promise<void> {
  const launchChain = findLaunchChain();
  const settings = readSettings(process.env);
  if (isFailure(settings)) return failStartup(settings.message);
  const log = createLogger(settings.LOG_LEVEL);
  const server = await serve({ settings, role, log, bundle });
  if (isFailure(server)) return failStartup(server.message);

  let isStopping = false;
  const stop = (fields: object) => {
    isStopping = true;
    log.info(fields, 'server_stopping');
    server.stop().then(
      () => log.flush(() => process.exit(0)),
      (error: unknown) => {
        log.error({ err: error }, 'server_stop_failed');
        log.flush(() => process.exit(1));
      },
    );
  };
  const onSignal = (signal: NodeJS.Signals) => {
    // A second signal doesn't wait.
    if (isStopping) process.exit(1);
    stop({ signal });
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  watchLaunchChain(launchChain, () => {
    if (!isStopping) stop({ reason: 'launcher_ended' });
  });
  printLine(startupBanner(server, bundle.samples));
}

function failStartup(fault: string): void {
  printError(fault);
  process.exitCode = 1;
}

function printLine(text: string): void {
  process.stdout.write(`${text}\n`);
}

function printError(text: string): void {
  process.stderr.write(`${text}\n`);
}
