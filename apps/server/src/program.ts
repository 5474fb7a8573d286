import { setTimeout as sleep } from 'node:timers/promises';
import { turn } from './turn.ts';

/**
 * Loads what serving takes. Loading blocks, a tenth of a second in all, so it is done in parts: between them the
 * database's answers are heard, and what they are answered with goes out.
 */
export async function loadProgram() {
  // The client dials in a timer.
  await sleep(1);
  await turn();
  await import('@restage/contract');
  await turn();
  const { createFirstAccount, createWorld, DeferredQueue, JobChanges, openMedia, openQueue } = await import(
    './state.ts'
  );
  await turn();
  const { createApp, createProbes, createRequestListener } = await import('./face.ts');
  await turn();
  return {
    createApp,
    createFirstAccount,
    createProbes,
    createRequestListener,
    createWorld,
    DeferredQueue,
    JobChanges,
    openMedia,
    openQueue,
  };
}
