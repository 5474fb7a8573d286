import {
  type Context,
  cleanUpPeriodically,
  startRenderWorkers,
  startWebhookWorkers,
  type WorkerContext,
  type WorkerHandle,
} from '@restage/core';
import type { PgBoss } from 'pg-boss';
import type { ShutdownStack } from './shutdown-stack.ts';

/**
 * Starts rendering jobs, sending webhooks and deleting old files. Stopping the queue ends the webhooks.
 * @param concurrency how many jobs are rendered at once
 * @param webhooks aborts the webhook attempts that are in flight
 * @param shutdown gets how the deletion of files ends
 * @returns the render workers, which the caller stops
 */
export async function startWorkers(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  webhooks: AbortSignal,
  shutdown: ShutdownStack,
): Promise<WorkerHandle> {
  const renders = await startRenderWorkers(ctx, boss, concurrency);
  await startWebhookWorkers(ctx, boss, webhooks);
  startCleanup(ctx, shutdown);
  return renders;
}

/** Deletes files whose time is up, for as long as the server runs. */
function startCleanup(ctx: Context, shutdown: ShutdownStack): void {
  const stopping = new AbortController();
  const running = cleanUpPeriodically(ctx, stopping.signal);
  shutdown.add('cleanup', async () => {
    stopping.abort();
    await running;
  });
}
