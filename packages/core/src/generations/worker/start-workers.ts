import { setTimeout as sleep } from 'node:timers/promises';
import type { Job, PgBoss } from 'pg-boss';
import type { WorkerContext } from '../../context.ts';
import { heartbeat, type RenderTask, renderDeadQueue, renderQueue, renderWallSeconds } from '../../queue.ts';
import { RenderFolders } from '../../retention/scratch.ts';
import { failDeadLettered } from './dead-letter.ts';
import { type ProcessOptions, processGeneration } from './process.ts';

/** A notification wakes a worker at once; what comes without one, such as a retry, waits for its next look. */
const polling = { batchSize: 1, notifyPollingIntervalSeconds: 2, ...heartbeat } as const;

/** The most milliseconds that a render which is over waits to be stored, for the next to begin. */
const lull = 10;

/** Workers at work. */
export interface WorkerHandle {
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
export async function startRenderWorkers(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  wallSeconds: number = renderWallSeconds,
): Promise<WorkerHandle> {
  const [told, late] = [new AbortController(), new AbortController()];
  const stopping: Stopping = { told: told.signal, late: late.signal };
  /** Workers that settle what they rendered, and take nothing more. */
  let leaving = 0;
  const folders = new RenderFolders(ctx);
  const employ = async (onBegun?: () => void) => {
    folders.make();
    const id: string = await boss.work<RenderTask>(renderQueue, polling, async ([task]) => {
      if (!task) return;
      // A worker that takes one at a time sleeps on a backlog; waking it here has it look again at once.
      boss.notifyWorker(id);
      let relieved = false;
      try {
        const folder = await folders.take();
        const onRendered = async () => {
          // Where settling falls behind, no more is rendered until it has caught up.
          if (told.signal.aborted || leaving >= concurrency) return;
          relieved = true;
          leaving += 1;
          const next = Promise.withResolvers<void>();
          await employ(next.resolve);
          await boss.offWork(renderQueue, { id, wait: false });
          // Storing and settling keep processor and disk busy, and hold up the next render less once it is under way.
          await Promise.race([next.promise, sleep(lull)]);
        };
        await workOn(ctx, task, stopping, { wallSeconds, folder, onBegun, onRendered });
      } finally {
        if (relieved) leaving -= 1;
      }
    });
  };
  for (let worker = 0; worker < concurrency; worker += 1) await employ();
  await boss.work<RenderTask>(renderDeadQueue, polling, async ([task]) => {
    if (task) await failDeadLettered(ctx, task.data.generationId);
  });
  return {
    async stop(patience) {
      told.abort();
      const idle = Promise.all([boss.offWork(renderQueue), boss.offWork(renderDeadQueue)]);
      const timer = setTimeout(() => late.abort(), patience);
      await idle;
      clearTimeout(timer);
      await folders.clear();
    },
  };
}

/** When workers are to stop: once they are told, and once they have had the time to finish. */
interface Stopping {
  readonly told: AbortSignal;
  readonly late: AbortSignal;
}

/** Works on a task, and throws unless it is done: what returns is completed, even where another worker has it by now. */
async function workOn(
  ctx: WorkerContext,
  task: Job<RenderTask>,
  { told, late }: Stopping,
  options: ProcessOptions,
): Promise<void> {
  const { generationId } = task.data;
  try {
    const signal = AbortSignal.any([task.signal, late]);
    if (await processGeneration(ctx, generationId, signal, options)) return;
  } catch (error) {
    if (task.signal.aborted) {
      // There may be no claim to fail any more: the task is another worker's, or waits for one.
      ctx.log.info({ generationId, outcome: 'superseded' }, 'a worker had lost its claim on a job');
    } else if (told.aborted) {
      await ctx.queue.releaseRender(ctx.db, generationId, task.retryCount);
      const fault = late.aborted ? {} : { err: error };
      ctx.log.info({ ...fault, generationId }, 'a job went back to the queue, for the worker stops');
    } else {
      ctx.log.error({ err: error, generationId }, 'a job met a fault, and is tried again while it may be');
      throw error;
    }
  }
  throw new Error(`job ${generationId} has not ended`);
}
