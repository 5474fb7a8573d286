import { copyFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { tinyRender } from '@restage/core/testing/tiny-render';
import type { Engine } from '@restage/engine';
import { failWith } from '@restage/errors';
import type { RenderTask } from '../orders.ts';

/**
 * Creates an engine that renders nothing: it waits as long as the job's prompt says, copies the source to its output,
 * and fails, throws or kills its process if the prompt says so. It calls `onEvent` when a render begins and however it ends.
 */
export function createIdleEngine(onEvent: (event: 'begin' | 'end', key: string) => void): Engine {
  const seenKeys = new Set<string>();
  return {
    async render({ prompt = '', source, outputDirectory }, { signal, onProgress }) {
      const { key, durationMs, behaviour } = JSON.parse(prompt) as RenderTask;
      onEvent('begin', key);
      const isRetry = seenKeys.has(key);
      seenKeys.add(key);
      for (let step = 1; step <= 4; step += 1) {
        await sleep(durationMs / 4, undefined, { signal }).catch(() => {});
        if (signal.aborted) {
          onEvent('end', key);
          return failWith('CANCELLED', 'The job was cancelled.');
        }
        onProgress(step / 4);
      }
      if (behaviour === 'kills-worker') process.kill(process.pid, 'SIGKILL');
      onEvent('end', key);
      if (behaviour === 'fails') return failWith('MODEL_FAILED', 'The chaos test asked this job to fail.');
      if (behaviour === 'throws' || (behaviour === 'throws-once' && !isRetry))
        throw new Error('The chaos test asked the engine to throw.');
      const rendered = await tinyRender({ outputDirectory });
      await copyFile(source, rendered.source);
      return rendered;
    },
    close: async () => {},
  };
}
