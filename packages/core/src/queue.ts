import type { Database } from '@restage/db';
import { sql } from 'drizzle-orm';
import { fromDrizzle, type PgBoss } from 'pg-boss';

/** The queue of jobs to render, and the one where those end that killed their workers too often. */
export const renderQueue = 'render';
export const renderDeadQueue = 'render-dead';

/** What a queue entry says. */
export interface RenderTask {
  readonly generationId: string;
}

/** Takes work in. The entry exists exactly when the caller's transaction commits. */
export interface Queue {
  enqueueRender(db: Database, generationId: string, accountId: string): Promise<void>;
}

/** How often a job is tried before it fails: at first, and after a worker died or a fault passed. */
const renderAttempts = 3;

/** Makes the queues if they aren't there. */
export async function createQueues(boss: PgBoss): Promise<void> {
  await boss.createQueue(renderDeadQueue, { notify: true, retryLimit: 10, retryBackoff: true });
  await boss.createQueue(renderQueue, {
    notify: true,
    retryLimit: renderAttempts - 1,
    retryDelay: 1,
    retryBackoff: true,
    heartbeatSeconds: 20,
    expireInSeconds: 3600,
    deadLetter: renderDeadQueue,
  });
}

/** The queue over pg-boss, which joins the caller's transaction. */
export function bossQueue(boss: PgBoss): Queue {
  return {
    async enqueueRender(db, generationId, accountId) {
      const task: RenderTask = { generationId };
      await boss.send(renderQueue, task, { db: fromDrizzle(db, sql), group: { id: accountId } });
    },
  };
}
