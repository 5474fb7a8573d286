import type { PgBoss } from 'pg-boss';
import type { WorkerContext } from './context.ts';
import { abandonGeneration } from './generations/abandon.ts';
import { processGeneration } from './generations/process.ts';
import {
  type RenderTask,
  renderDeadQueue,
  renderHeartbeat,
  renderQueue,
  renderWallSeconds,
} from './queue.ts';

/**
 * Renders tasks as they come, `concurrency` at once, until the queue is stopped.
 * @param stopping ends renders in hand; their tasks come again
 * @param wallSeconds the most that one attempt at a job may take
 */
export async function workOnRenders(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  stopping: AbortSignal,
  wallSeconds: number = renderWallSeconds,
): Promise<void> {
  for (let worker = 0; worker < concurrency; worker += 1) {
    const id: string = await boss.work<RenderTask>(
      renderQueue,
      { batchSize: 1, notifyPollingIntervalSeconds: 5, ...renderHeartbeat },
      async ([task]) => {
        // A worker that takes one at a time sleeps on a backlog; waking it here has it look again at once.
        boss.notifyWorker(id);
        if (!task) return;
        const signal = AbortSignal.any([task.signal, stopping]);
        await processGeneration(ctx, task.data.generationId, signal, wallSeconds);
      },
    );
  }
  await boss.work<RenderTask>(renderDeadQueue, { batchSize: 1 }, async ([task]) => {
    if (task) await abandonGeneration(ctx, task.data.generationId);
  });
}
