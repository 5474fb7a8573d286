import {
  type Context,
  sweepPeriodically,
  type Work,
  type WorkerContext,
  workOnRenders,
  workOnWebhooks,
} from '@restage/core';
import type { OpenQueue } from './queue.ts';
import type { Releases } from './releases.ts';

/**
 * Renders, sends webhooks and sweeps; `releases` gets what ends the sweeping, the queue ends the rest.
 * @param webhooks gives attempts at webhooks up, when it is aborted
 */
export async function work(
  world: WorkerContext,
  queue: OpenQueue,
  workers: number,
  webhooks: AbortSignal,
  releases: Releases,
): Promise<Work> {
  const renders = await workOnRenders(world, queue.boss, workers);
  await workOnWebhooks(world, queue.boss, webhooks);
  sweepUntilReleased(world, releases);
  return renders;
}

/** Sweeps files whose time is up, for as long as the server runs. */
function sweepUntilReleased(world: Context, releases: Releases): void {
  const stopping = new AbortController();
  const sweeping = sweepPeriodically(world, stopping.signal);
  releases.add('sweeper', async () => {
    stopping.abort();
    await sweeping;
  });
}
