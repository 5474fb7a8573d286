import type { Job, PgBoss } from 'pg-boss';
import type { WorkerContext } from '../../context.ts';
import { type RenderTask, renderDeadQueue, renderQueue } from '../../queue.ts';
import { heartbeat, renderWallSeconds } from '../../queues.ts';
import { withSpan } from '../../telemetry/with-span.ts';
import { failDeadLettered } from './dead-letter.ts';
import { processGeneration } from './process.ts';

/** A notification wakes a worker at once; what comes without one, such as a retry, waits for the next poll. */
const polling = { batchSize: 1, notifyPollingIntervalSeconds: 2, ...heartbeat } as const;

/** Running workers. */
export interface WorkerHandle {
  /** Takes no new job and waits for those in hand; a job that is not done after `drainTimeoutMs` returns to the queue. */
  stop(drainTimeoutMs: number): Promise<void>;
}

/**
 * Starts workers that render jobs as they come, one job each, until they are stopped.
 * @param concurrency how many
 * @param wallSeconds the most that one attempt at a job may take
 */
export async function startRenderWorkers(
  ctx: WorkerContext,
  boss: PgBoss,
  concurrency: number,
  wallSeconds: number = renderWallSeconds,
): Promise<WorkerHandle> {
  const [draining, deadline] = [new AbortController(), new AbortController()];
  const stopping: Stopping = { draining: draining.signal, deadline: deadline.signal };
  const spawnWorker = async () => {
    const id: string = await boss.work<RenderTask>(renderQueue, polling, async ([task]) => {
      if (!task) return;
      // pg-boss lets a worker of batch size 1 sleep between the jobs of a backlog, unless it is notified.
      boss.notifyWorker(id);
      await runTask(ctx, task, stopping, wallSeconds);
    });
  };
  for (let worker = 0; worker < concurrency; worker += 1) await spawnWorker();
  await boss.work<RenderTask>(renderDeadQueue, polling, async ([task]) => {
    if (task) await failDeadLettered(ctx, task.data.generationId);
  });
  return {
    async stop(drainTimeoutMs) {
      draining.abort();
      const drained = Promise.all([boss.offWork(renderQueue), boss.offWork(renderDeadQueue)]);
      const timer = setTimeout(() => deadline.abort(), drainTimeoutMs);
      await drained;
      clearTimeout(timer);
    },
  };
}

/** `draining` is aborted once no new job is taken, `deadline` once those in hand are given up. */
interface Stopping {
  readonly draining: AbortSignal;
  readonly deadline: AbortSignal;
}

/** Throws unless the task is done: pg-boss completes a task whose handler returns, even if another worker has it. */
async function runTask(
  ctx: WorkerContext,
  task: Job<RenderTask>,
  { draining, deadline }: Stopping,
  wallSeconds: number,
): Promise<void> {
  const { generationId } = task.data;
  try {
    const signal = AbortSignal.any([task.signal, deadline]);
    const isDone = await withSpan(
      { ...ctx, traceparent: task.data.traceparent },
      {
        name: `process ${renderQueue}`,
        kind: 'consumer',
        attributes: {
          'messaging.system.name': 'pg-boss',
          'messaging.operation.type': 'process',
          'messaging.destination.name': renderQueue,
          'restage.job.id': generationId,
        },
      },
      (inside) => processGeneration(inside, generationId, signal, wallSeconds),
    );
    if (isDone) return;
  } catch (error) {
    if (task.signal.aborted) {
      // Nothing to give back: another worker has the task, or it waits for one.
      ctx.log.info({ generationId, outcome: 'superseded' }, 'job_lease_lost');
    } else if (draining.aborted) {
      await ctx.queue.releaseRender(ctx.db, generationId, task.retryCount);
      const cause = deadline.aborted ? {} : { err: error };
      ctx.log.info({ ...cause, generationId }, 'job_returned_to_queue');
    } else {
      ctx.log.error({ err: error, generationId }, 'job_failed_will_retry');
      throw error;
    }
  }
  throw new Error(`job ${generationId} has not ended`);
}
