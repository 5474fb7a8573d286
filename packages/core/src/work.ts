import type { PgBoss } from 'pg-boss';
import type { WorkerContext } from './context.ts';
import { abandonGeneration } from './generations/abandon.ts';
import { processGeneration } from './generations/process.ts';
import { type RenderTask, renderDeadQueue, renderQueue } from './queue.ts';

/**
 * Renders tasks as they come, `concurrency` at once, until the queue is stopped.
 * @param stopping ends renders in hand; their tasks come again
 */
export async function workOnRenders(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  stopping: AbortSignal,
): Promise<void> {
  for (let worker = 0; worker < concurrency; worker += 1) {
    const id: string = await boss.work<RenderTask>(
      renderQueue,
      { batchSize: 1, notifyPollingIntervalSeconds: 5 },
      async ([task]) => {
        // A worker that takes one at a time sleeps on a backlog; waking it here has it look again at once.
        boss.notifyWorker(id);
        if (!task) return;
        const signal = AbortSignal.any([task.signal, stopping]);
        await processGeneration(ctx, task.data.generationId, signal);
      },
    );
  }
  await boss.work<RenderTask>(renderDeadQueue, { batchSize: 1 }, async ([task]) => {
    if (task) await abandonGeneration(ctx, task.data.generationId);
  });
}
