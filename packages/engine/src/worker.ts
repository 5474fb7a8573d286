import { Worker } from 'node:worker_threads';
import { isFailure } from '@restage/errors';
import workerpool from 'workerpool';
import type { MatteModel, ModelFailure, RenderRequest } from './engine.ts';
import type { MatteFinder } from './matte/automatic.ts';
import { type MatteNetwork, openNetwork } from './matte/network.ts';
import { checkNetwork, createNetworkFinder } from './matte/network-finder.ts';
import { render } from './render.ts';

/**
 * A thread that ends this process when it outgrows its memory or has lost its parent, which it can do even
 * while native code holds the main thread. Given as text, so that a bundle of this file stays one file.
 */
const watchdog = `
const { workerData } = require('node:worker_threads');
setInterval(() => {
  if (process.memoryUsage.rss() > workerData.bytes || process.ppid !== workerData.parent) process.kill(process.pid, 'SIGKILL');
}, 100);`;

const megabytes = Number(
  process.argv.find((argument) => argument.startsWith('--memory-megabytes='))?.split('=')[1],
);
if (megabytes > 0) {
  const workerData = { bytes: megabytes * 1024 * 1024, parent: process.ppid };
  new Worker(watchdog, { eval: true, workerData }).unref();
}

// Ctrl-C reaches every process of the terminal; the server drains first. SIGTERM stays what ends a busy worker.
process.on('SIGINT', () => {});

/**
 * What a worker is asked to render. One object: it comes as JSON, which drops a property that is undefined, but makes null
 * of an argument that is.
 */
export interface RenderTask {
  readonly request: RenderRequest;
  readonly model: MatteModel | undefined;
}

/** The network of this process, opened once: every job of a pool names the same one. */
let network: MatteNetwork | undefined;

async function opened(model: MatteModel): Promise<MatteNetwork | ModelFailure> {
  if (network?.model.path === model.path) return network;
  const found = await openNetwork(model);
  if (!isFailure(found)) network = found;
  return found;
}

async function findersFor(model: MatteModel | undefined): Promise<(() => MatteFinder) | undefined> {
  if (model === undefined) return undefined;
  const found = await opened(model);
  // The server has checked it when it started, so that this is the machine's fault and not the job's.
  if (isFailure(found)) throw new Error(`${model.path}: ${found.message}`);
  return () => createNetworkFinder(found);
}

workerpool.worker({
  async render({ request, model }: RenderTask) {
    const newFinder = await findersFor(request.alphaMode === 'auto' ? model : undefined);
    return render(request, (progress) => workerpool.workerEmit({ progress }), newFinder);
  },
  async check(model: MatteModel) {
    const found = await opened(model);
    return isFailure(found) ? found : checkNetwork(found);
  },
});
