import { resolve } from 'node:path';
import { createCompositor, type Engine } from '@restage/engine';
import { failWith } from '@restage/errors';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings/settings.ts';
import type { StartupFailure } from '../startup/failure.ts';
import type { ShutdownStack } from './shutdown-stack.ts';

/** Starts the engine, which renders in child processes, and tries its matte model. `shutdown` gets how it is closed. */
export async function openEngine(
  settings: ServerSettings,
  bundle: BundlePaths,
  shutdown: ShutdownStack,
): Promise<Engine | StartupFailure> {
  const path = settings.RESTAGE_MATTE_MODEL;
  const engine = createCompositor({
    workers: settings.RESTAGE_WORKERS,
    memoryMegabytes: settings.RESTAGE_JOB_MEMORY_MB,
    ...(path !== undefined && {
      matteModel: {
        path: resolve(path),
        input: settings.RESTAGE_MATTE_INPUT,
        output: settings.RESTAGE_MATTE_OUTPUT,
      },
    }),
    ...(bundle.engineWorker !== undefined && { workerScript: bundle.engineWorker }),
  });
  shutdown.add('engine', () => engine.close());
  const unusable = await engine.check();
  return unusable === undefined
    ? engine
    : failWith(
        'MATTE_MODEL_UNUSABLE',
        `RESTAGE_MATTE_MODEL names ${path}, which can't be used: ${unusable.message}`,
      );
}
