import { isFailure } from '@restage/errors';
import type { RenderRequest } from '../src/engine.ts';
import { render } from '../src/render.ts';

/** What a render cost: seconds, and the most memory that this process ever held, in megabytes. */
export interface BenchResult {
  readonly seconds: number;
  readonly megabytes: number;
}

// Renders what it is sent, as a worker of the engine does, and says what it cost.
process.on('message', async (request: RenderRequest) => {
  const start = performance.now();
  const result = await render(request, () => {});
  if (isFailure(result)) throw new Error(result.message);
  const seconds = (performance.now() - start) / 1000;
  process.send?.({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 } satisfies BenchResult);
});
