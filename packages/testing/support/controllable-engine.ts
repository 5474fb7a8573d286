import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';

/** An engine whose progress a test controls. Every output is a copy of the source. */
export interface ControllableEngine extends Engine {
  /** Waits until the engine has started this many renders in total. */
  started(renders: number): Promise<void>;
  /** Makes all running renders report their progress, 0…1; 1 completes them. */
  advance(fraction: number): void;
}

/** Creates a {@link ControllableEngine}. */
export function controllableEngine(): ControllableEngine {
  const running = new Set<(fraction: number) => void>();
  const waiting: { readonly renders: number; readonly resolve: () => void }[] = [];
  let startedCount = 0;
  return {
    async render(request, { signal, onProgress }) {
      startedCount += 1;
      for (const waiter of waiting) if (waiter.renders <= startedCount) waiter.resolve();
      const { promise, resolve } = Promise.withResolvers<'completed' | 'aborted'>();
      const step = (fraction: number) => (fraction < 1 ? onProgress(fraction) : resolve('completed'));
      running.add(step);
      signal.addEventListener('abort', () => resolve('aborted'));
      const outcome = await promise;
      running.delete(step);
      if (outcome === 'aborted') return failWith('CANCELLED', 'The job was cancelled.');
      const copySource = async (name: string) => {
        const path = join(request.outputDirectory, `${name}.png`);
        await copyFile(request.source, path);
        return path;
      };
      const render = await copySource('render');
      const source = await copySource('source');
      const alpha = await copySource('alpha');
      return { render, source, alpha, width: 451, height: 300, frames: 1, understood: [], notes: [] };
    },
    started(renders) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (startedCount >= renders) resolve();
      else waiting.push({ renders, resolve });
      return promise;
    },
    advance(fraction) {
      for (const step of running) step(fraction);
    },
    async close() {},
  };
}
