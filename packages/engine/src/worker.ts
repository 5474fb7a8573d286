import { Worker } from 'node:worker_threads';
import { isFailure } from '@restage/errors';
import {
  checkNetwork,
  type MatteModel,
  type MatteNetwork,
  type ModelFailure,
  openNetwork,
} from '@restage/matting';
import workerpool from 'workerpool';
import type { RenderRequest } from './engine.ts';
import { render } from './render.ts';

/**
 * A thread that kills this process when it exceeds its memory or has lost its parent, even while native code blocks
 * the main thread. Given as text, so that a bundle of this file stays one file.
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
 * A worker's task. One object: it is sent as JSON, which drops an undefined property but turns an undefined argument
 * into null.
 */
export interface RenderTask {
  readonly request: RenderRequest;
  readonly model: MatteModel | undefined;
}

/** This process's network, opened once: all jobs of a pool use the same one. */
let network: MatteNetwork | undefined;

async function openOnce(model: MatteModel): Promise<MatteNetwork | ModelFailure> {
  if (network?.model.path === model.path) return network;
  const found = await openNetwork(model);
  if (!isFailure(found)) network = found;
  return found;
}

async function openForJob(model: MatteModel | undefined): Promise<MatteNetwork | undefined> {
  if (model === undefined) return undefined;
  const found = await openOnce(model);
  // The server checks it when it starts, so the machine is to blame and not the job.
  if (isFailure(found)) throw new Error(`${model.path}: ${found.message}`);
  return found;
}

workerpool.worker({
  async render({ request, model }: RenderTask) {
    const opened = await openForJob(request.alphaMode === 'auto' ? model : undefined);
    return render(request, (progress) => workerpool.workerEmit({ progress }), opened);
  },
  async check(model: MatteModel) {
    const found = await openOnce(model);
    return isFailure(found) ? found : checkNetwork(found);
  },
});
