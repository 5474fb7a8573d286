import type { Job, PgBoss } from 'pg-boss';
import type { WorkerContext } from './context.ts';
import { abandonGeneration } from './generations/abandon.ts';
import { processGeneration } from './generations/process.ts';
import { heartbeat, type RenderTask, renderDeadQueue, renderQueue, renderWallSeconds } from './queue.ts';

/** A notification wakes a worker at once; what comes without one, such as a retry, waits for its next look. */
const polling = { batchSize: 1, notifyPollingIntervalSeconds: 2, ...heartbeat } as const;

/** Workers at work. */
export interface Work {
  /**
   * Takes no new task, and waits for those in hand, at most so many milliseconds; what is not done by then goes back
   * to the queue.
   */
  stop(patience: number): Promise<void>;
}

/**
 * Renders tasks as they come, `concurrency` at once, until it is stopped. A worker whose render is over stores and
 * settles it while a new one takes its place.
 * @param wallSeconds the most that one attempt at a job may take
 */
export async function workOnRenders(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  wallSeconds: number = renderWallSeconds,
): Promise<Work> {
  const stopping = new AbortController();
  let stopped = false;
  /** Workers that settle what they rendered, and take nothing more. */
  let leaving = 0;
  const employ = async () => {
    const id: string = await boss.work<RenderTask>(renderQueue, polling, async ([task]) => {
      if (!task) return;
      // A worker that takes one at a time sleeps on a backlog; waking it here has it look again at once.
      boss.notifyWorker(id);
      let relieved = false;
      try {
        await workOn(ctx, task, stopping.signal, wallSeconds, async () => {
          // Where settling falls behind, no more is rendered until it has caught up.
          if (stopped || leaving >= concurrency) return;
          relieved = true;
          leaving += 1;
          await employ();
          await boss.offWork(renderQueue, { id, wait: false });
        });
      } finally {
        if (relieved) leaving -= 1;
      }
    });
  };
  for (let worker = 0; worker < concurrency; worker += 1) await employ();
  await boss.work<RenderTask>(renderDeadQueue, polling, async ([task]) => {
    if (task) await abandonGeneration(ctx, task.data.generationId);
  });
  return {
    async stop(patience) {
      stopped = true;
      const idle = Promise.all([boss.offWork(renderQueue), boss.offWork(renderDeadQueue)]);
      const late = setTimeout(() => stopping.abort(), patience);
      await idle;
      clearTimeout(late);
    },
  };
}

async function workOn(
  ctx: WorkerContext,
  task: Job<RenderTask>,
  stopping: AbortSignal,
  wallSeconds: number,
  onRendered: () => Promise<void>,
): Promise<void> {
  const { generationId } = task.data;
  try {
    const signal = AbortSignal.any([task.signal, stopping]);
    await processGeneration(ctx, generationId, signal, { wallSeconds, onRendered });
  } catch (error) {
    if (!stopping.aborted) {
      // Without a claim there is nothing to fail: the task is another worker's, or waits for one.
      if (!task.signal.aborted) {
        ctx.log.error({ err: error, generationId }, 'a job met a fault, and is tried again while it may be');
        throw error;
      }
      ctx.log.info({ generationId, outcome: 'superseded' }, 'a worker had lost its claim on a job');
      return;
    }
    await ctx.queue.releaseRender(ctx.db, generationId, task.retryCount);
    ctx.log.info({ generationId }, 'a job went back to the queue, for the worker stops');
  }
}
