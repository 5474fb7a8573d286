import { resolve } from 'node:path';
import { createCompositor, type Engine } from '@restage/engine';
import { type FailureValue, failWith } from '@restage/errors';
import type { BundlePaths } from './paths.ts';
import type { Releases } from './releases.ts';
import type { ServerSettings } from './settings.ts';

/** Opens what renders, in child processes of its own; `releases` gets what ends it. A matte model is tried at once. */
export async function openEngine(
  settings: ServerSettings,
  bundle: BundlePaths,
  releases: Releases,
): Promise<Engine | FailureValue<'MATTE_MODEL_UNUSABLE'>> {
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
  releases.add('engine', () => engine.close());
  const unusable = await engine.check();
  return unusable === undefined
    ? engine
    : failWith(
        'MATTE_MODEL_UNUSABLE',
        `RESTAGE_MATTE_MODEL names ${path}, which can't be used: ${unusable.message}`,
      );
}
