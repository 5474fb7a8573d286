import type { Database } from '@restage/db';
import { sql } from 'drizzle-orm';
import { fromDrizzle, type PgBoss } from 'pg-boss';

/** The queue of jobs to render, and the one where those end that killed their workers too often. */
export const renderQueue = 'render';
export const renderDeadQueue = 'render-dead';

/** The queue of webhooks to attempt. */
export const webhookQueue = 'webhook';

/** What a queue entry says. */
export interface RenderTask {
  readonly generationId: string;
}

/** An attempt at a webhook that is to be made: of which delivery, and as which the delivery knows it. */
export interface WebhookTask {
  readonly deliveryId: string;
  /** The delivery's `next_attempt_at` in ISO 8601; an entry that says another is out of date. */
  readonly due: string;
}

/** A {@link WebhookTask} to be queued. */
interface WebhookEntry extends WebhookTask {
  readonly accountId: string;
  /** First attempts go before second ones, so that those who answer don't wait for those who don't. */
  readonly first: boolean;
  /** Milliseconds until the attempt may begin. */
  readonly wait: number;
}

/** Takes work in. The entry exists exactly when the caller's transaction commits. */
export interface Queue {
  enqueueRender(db: Database, generationId: string, accountId: string): Promise<void>;
  /** An entry that is there already, waiting or being worked on, is not made again. */
  enqueueWebhooks(db: Database, entries: readonly WebhookEntry[]): Promise<void>;
}

/** How often a job is tried before it fails: at first, and after a worker died or a fault passed. */
export const renderAttempts = 3;

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
  // The deliveries keep their own schedule, so the queue itself repeats nothing.
  await boss.createQueue(webhookQueue, {
    policy: 'exclusive',
    notify: true,
    retryLimit: 0,
    expireInSeconds: 60,
    deleteAfterSeconds: 3600,
  });
}

/** The queue over pg-boss, which joins the caller's transaction. */
export function bossQueue(boss: PgBoss): Queue {
  return {
    async enqueueRender(db, generationId, accountId) {
      const task: RenderTask = { generationId };
      await boss.send(renderQueue, task, { db: fromDrizzle(db, sql), group: { id: accountId } });
    },
    async enqueueWebhooks(db, entries) {
      const jobs = entries.map(({ deliveryId, due, accountId, first, wait }) => ({
        data: { deliveryId, due } satisfies WebhookTask,
        singletonKey: `${deliveryId} ${due}`,
        group: { id: accountId },
        priority: first ? 1 : 0,
        // Relative, so that the database's clock alone decides when.
        ...(wait > 0 && { startAfter: wait / 1000 }),
      }));
      await boss.insert(webhookQueue, jobs, { db: fromDrizzle(db, sql) });
    },
  };
}
