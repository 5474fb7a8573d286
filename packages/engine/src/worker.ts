import { Worker } from 'node:worker_threads';
import workerpool from 'workerpool';
import type { RenderRequest } from './engine.ts';
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

workerpool.worker({
  render: (request: RenderRequest) => render(request, (progress) => workerpool.workerEmit({ progress })),
});
