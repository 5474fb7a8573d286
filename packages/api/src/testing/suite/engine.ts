import { copyFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';

/** An engine that gives the source back as everything, and takes its time in steps that a test decides on. */
export interface PacedEngine extends Engine {
  /** Comes when the engine has begun as many renders in all. */
  begun(renders: number): Promise<void>;
  /** Has the renders in hand say how far they are, 0…1; 1 ends them. */
  advance(fraction: number): void;
}

/** Makes a {@link PacedEngine}. */
export function pacedEngine(): PacedEngine {
  const renders = new Set<(fraction: number) => void>();
  const waiting: { readonly renders: number; readonly resolve: () => void }[] = [];
  let count = 0;
  return {
    async render(request, { signal, onProgress }) {
      count += 1;
      for (const each of waiting) if (each.renders <= count) each.resolve();
      const { promise, resolve } = Promise.withResolvers<'ended' | 'aborted'>();
      const step = (fraction: number) => (fraction < 1 ? onProgress(fraction) : resolve('ended'));
      renders.add(step);
      signal.addEventListener('abort', () => resolve('aborted'));
      const outcome = await promise;
      renders.delete(step);
      if (outcome === 'aborted') return failWith('CANCELLED', 'The job was cancelled.');
      const keep = async (name: string) => {
        const path = join(request.outputDirectory, `${name}.png`);
        await copyFile(request.source, path);
        return path;
      };
      const [render, source, alpha] = [await keep('render'), await keep('source'), await keep('alpha')];
      return { render, source, alpha, width: 451, height: 300, frames: 1, notes: [] };
    },
    begun(renders) {
      const { promise, resolve } = Promise.withResolvers<void>();
      if (count >= renders) resolve();
      else waiting.push({ renders, resolve });
      return promise;
    },
    advance(fraction) {
      for (const step of renders) step(fraction);
    },
    async close() {},
  };
}
