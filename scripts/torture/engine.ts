import { setTimeout as sleep } from 'node:timers/promises';
import { tinyRender } from '../../packages/core/test/support/tiny-render.ts';
import type { Engine } from '../../packages/engine/src/engine.ts';
import { failWith } from '../../packages/errors/src/index.ts';
import type { Task } from './orders.ts';

/**
 * An engine that renders nothing: it takes the time that a job's prompt says, writes three tiny files, and fails,
 * throws or kills its process where the prompt says so. `tell` hears when each render begins and ends, however it ends.
 */
export function idleEngine(tell: (event: 'begin' | 'end', key: string) => void): Engine {
  const met = new Set<string>();
  return {
    async render({ prompt = '', outputDirectory }, { signal, onProgress }) {
      const { key, takes, manner } = JSON.parse(prompt) as Task;
      tell('begin', key);
      const again = met.has(key);
      met.add(key);
      for (let step = 1; step <= 4; step += 1) {
        await sleep(takes / 4, undefined, { signal }).catch(() => {});
        if (signal.aborted) {
          tell('end', key);
          return failWith('CANCELLED', 'The job was cancelled.');
        }
        onProgress(step / 4);
      }
      if (manner === 'kills') process.kill(process.pid, 'SIGKILL');
      tell('end', key);
      if (manner === 'fails') return failWith('MODEL_FAILED', 'The job failed, as it was told.');
      if (manner === 'throws' || (manner === 'stumbles' && !again))
        throw new Error('the engine threw, as told');
      return tinyRender({ outputDirectory });
    },
    close: async () => {},
  };
}
