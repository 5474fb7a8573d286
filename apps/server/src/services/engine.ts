import { resolve } from 'node:path';
import { type Compositor, createCompositor, type Engine, type MatteModel } from '@restage/engine';
import { failWith } from '@restage/errors';
import type { Logger } from 'pino';
import { getModelsDirectory, readUsedModel } from '../models/store.ts';
import type { BundlePaths } from '../paths.ts';
import type { ServerSettings } from '../settings/settings.ts';
import type { StartupFailure } from '../startup/failure.ts';
import type { ShutdownStack } from './shutdown-stack.ts';

/**
 * Starts the engine, which renders in child processes, and tries its matte network: that of RESTAGE_MATTE_MODEL, else
 * the one that `models use` chose, which is read anew for each job. `shutdown` gets how it is closed.
 */
export async function openEngine(
  settings: ServerSettings,
  log: Logger,
  bundle: BundlePaths,
  shutdown: ShutdownStack,
): Promise<Engine | StartupFailure> {
  const fixedModel = getModelOfSettings(settings);
  const directory = getModelsDirectory(settings);
  const readModel = async () => fixedModel ?? (await readUsedModel(directory));
  const engine = createEngine(settings, bundle, readModel);
  shutdown.add('engine', () => engine.close());
  const unusable = await engine.check();
  if (unusable === undefined) return withHint(engine, readModel, log);
  return failWith(
    'MATTE_MODEL_UNUSABLE',
    fixedModel
      ? `RESTAGE_MATTE_MODEL names ${settings.RESTAGE_MATTE_MODEL}, which can't be used: ${unusable.message}`
      : `The network that "models use" chose can't be used: ${unusable.message} Choose another, or none: restage-server models use none`,
  );
}

/** Creates the engine with the limits of the settings. */
export function createEngine(
  settings: ServerSettings,
  bundle: BundlePaths,
  readModel: () => Promise<MatteModel | undefined>,
): Compositor {
  return createCompositor({
    workers: settings.RESTAGE_WORKERS,
    memoryMegabytes: settings.RESTAGE_JOB_MEMORY_MB,
    matteModel: readModel,
    ...(bundle.engineWorker !== undefined && { workerScript: bundle.engineWorker }),
  });
}

function getModelOfSettings(settings: ServerSettings): MatteModel | undefined {
  const path = settings.RESTAGE_MATTE_MODEL;
  if (path === undefined) return undefined;
  return { path: resolve(path), input: settings.RESTAGE_MATTE_INPUT, output: settings.RESTAGE_MATTE_OUTPUT };
}

/** Logs once, at the first job with alpha mode `auto`, that there is no network. */
function withHint(engine: Engine, readModel: () => Promise<MatteModel | undefined>, log: Logger): Engine {
  let isLogged = false;
  return {
    ...engine,
    async render(request, options) {
      if (!isLogged && request.alphaMode === 'auto' && (await readModel()) === undefined) {
        isLogged = true;
        const resolution =
          'A network finds the subject better: restage-server models pull u2netp, then models use u2netp';
        log.info({ resolution }, 'auto_without_network');
      }
      return engine.render(request, options);
    },
  };
}
