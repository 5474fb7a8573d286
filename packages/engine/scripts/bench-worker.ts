import { isFailure } from '@restage/errors';
import { type MatteModel, openNetwork } from '@restage/matting';
import type { RenderRequest } from '../src/engine.ts';
import { render } from '../src/render.ts';

/** What a render cost: seconds, and the most memory that this process ever held, in megabytes. */
export interface BenchResult {
  readonly seconds: number;
  readonly megabytes: number;
}

let network: Awaited<ReturnType<typeof openNetwork>> | undefined;

/** A job, and the network that finds its subject, if one does. */
export interface BenchTask {
  readonly request: RenderRequest;
  readonly model?: MatteModel;
}

// Renders what it is sent, as a worker of the engine does, and says what it cost. A worker gets one network.
process.on('message', async ({ request, model }: BenchTask) => {
  network ??= model && (await openNetwork(model));
  if (isFailure(network)) throw new Error(network.message);
  const start = performance.now();
  const result = await render(request, () => {}, network);
  if (isFailure(result)) throw new Error(result.message);
  const seconds = (performance.now() - start) / 1000;
  process.send?.({ seconds, megabytes: process.resourceUsage().maxRSS / 1024 } satisfies BenchResult);
});
