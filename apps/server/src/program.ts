import { setImmediate as turn } from 'node:timers/promises';

/**
 * Loads what serving takes. Loading blocks, a tenth of a second in all, so it is done in parts: between them the
 * database's answers are heard, and the next question goes out.
 */
export async function loadProgram() {
  await turn();
  const { createWorld, openMedia } = await import('./world.ts');
  await turn();
  const { DeferredQueue, openQueue } = await import('./queue.ts');
  const { listen } = await import('./listen.ts');
  await turn();
  const { createApp, createProbes } = await import('@restage/api');
  const { createFirstAccount, JobChanges } = await import('@restage/core');
  await turn();
  return {
    createWorld,
    openMedia,
    DeferredQueue,
    openQueue,
    listen,
    createApp,
    createProbes,
    createFirstAccount,
    JobChanges,
  };
}
