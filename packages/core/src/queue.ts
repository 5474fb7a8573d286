import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { toUuid } from '@restage/contract';
import { type Database, queueSchema, type StatementError } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { PgBoss } from 'pg-boss';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';

/** The queue of jobs to render, and the dead-letter queue of those that failed on every attempt. */
export const renderQueue = 'render';
export const renderDeadQueue = 'render-dead';

/** The queue of attempts at webhooks. */
export const webhookQueue = 'webhook';

/** The data of an entry in the render queue. */
export interface RenderTask {
  readonly generationId: string;
  /** The span that started the job, as a W3C `traceparent`. */
  readonly traceparent?: string | undefined;
}

/** An attempt at a webhook that is due, or will be. */
export interface WebhookTask {
  readonly deliveryId: string;
  /** The delivery's `next_attempt_at` in ISO 8601; an entry with another is out of date. */
  readonly due: string;
  /** The span that ended the job, as a W3C `traceparent`. */
  readonly traceparent?: string | undefined;
}

/** A {@link WebhookTask} to be queued. */
interface WebhookEntry extends WebhookTask {
  readonly accountId: string;
  /** First attempts come before retries, so that endpoints that answer don't wait for those that don't. */
  readonly first: boolean;
  /** Milliseconds until the attempt may begin. */
  readonly wait: number;
}

/** Takes jobs and webhooks in. An entry exists exactly when the caller's statement or transaction commits. */
export interface Queue {
  /**
   * The SQL that queues a job, for a statement whose part `debited` holds the `id` and `in_flight` of the account that
   * was charged for it, or no row. Its priority lets accounts take turns: an account's n-th job in flight comes n places
   * after the job that is next, so a hundred jobs of one account stand behind the first job of every other. A job whose
   * worker died keeps its place ahead of newer ones.
   */
  enqueueRenderSql(task: RenderTask): SQL;
  /**
   * Wakes the workers of every process once an entry is there, without waiting for that. It is a hint: a worker that
   * does not get it, as when this process is killed in between, polls within two seconds.
   */
  wakeWorkers(): void;
  /** Queues attempts at webhooks. An attempt that waits or is being made already is not queued again. */
  enqueueWebhooks(db: Database, entries: readonly WebhookEntry[]): Promise<void>;
  /**
   * Returns a job to the queue that its worker can't finish because it is to stop. It does not count as an attempt,
   * and is not taken again before the worker has let go of it.
   * @param retryCount identifies the worker's claim; one that has lapsed is left alone
   */
  releaseRender(db: Database, generationId: string, retryCount: number): Promise<void>;
  /** Removes a job that no worker has taken. */
  withdrawRender(db: Database, generationId: string): Promise<void>;
}

/** The lowest priority, just above the least that PostgreSQL's `integer` holds. */
const minPriority = -2_000_000_000;

// The partition that queues without a table of their own share. Naming it halves the time to plan and write.
const entries = sql`${sql.identifier(queueSchema)}.job_common`;
// The channel on which pg-boss's workers listen.
const channel = `pgboss_${createHash('sha224').update(queueSchema).digest('hex').slice(0, 24)}`;

/**
 * Does what pg-boss's `send` does, with a priority that only the database can compute. Entries are fetched by priority,
 * then by age. The charge locks the account's row, so an account's jobs are counted one after another. The job that is
 * next is that of the statement's snapshot: priorities only fall, until the queue is empty, retries included.
 */
function enqueueRenderSql(task: RenderTask): SQL {
  const render = sql.raw(`'${renderQueue}'`);
  // If the queue is missing, `name` is null and the insert fails.
  return sql`
    insert into ${entries} (
      id, name, data, group_id, priority, start_after, created_on, keep_until, policy, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, dead_letter, heartbeat_seconds
    )
    select ${toUuid(task.generationId)}::uuid, name, ${JSON.stringify(task)}::jsonb, debited.id,
      greatest(${minPriority}::integer, next_render_priority()) - debited.in_flight,
      now(), now(), now() + retention_seconds * interval '1 second', policy, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, dead_letter, heartbeat_seconds
    from debited left join ${sql.identifier(queueSchema)}.queue on name = ${render}`;
}

/** Whether a statement failed because of the queue's tables: PostgreSQL names them in a field or in the message. */
export function isQueueError({ schema_name, message }: StatementError): boolean {
  return schema_name === queueSchema || /\b(queue|job_common)\b/.test(message);
}

/** The queue over pg-boss, which joins the caller's transaction. An entry's id is its job's own, as a UUID. */
export function createPgBossQueue(boss: PgBoss): Queue {
  const wake = createWaker(boss);
  return {
    enqueueRenderSql,
    wakeWorkers: () => void wake(),
    async releaseRender(db, generationId, retryCount) {
      await db.execute(sql`
        update ${entries} set state = 'retry', started_on = null, heartbeat_on = null,
          start_after = now() + interval '2 seconds'
        where name = ${renderQueue} and id = ${toUuid(generationId)}::uuid
          and state = 'active' and retry_count = ${retryCount}`);
    },
    async withdrawRender(db, generationId) {
      await boss.deleteJob(renderQueue, toUuid(generationId), { db: fromDrizzle(db, sql) });
    },
    async enqueueWebhooks(db, entries) {
      const jobs = entries.map(({ deliveryId, due, traceparent, accountId, first, wait }) => ({
        data: { deliveryId, due, traceparent } satisfies WebhookTask,
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

/** The shortest time between two notifications: when many jobs start at once, one stands for several. */
const wakeIntervalMs = 5;

/** Gives a function that notifies the workers of every process that there are renders. */
function createWaker(boss: PgBoss): () => Promise<void> {
  let [isRequested, isRunning] = [false, false];
  return async () => {
    isRequested = true;
    if (isRunning) return;
    isRunning = true;
    while (isRequested) {
      isRequested = false;
      try {
        await boss.getDb().executeSql('select pg_notify($1, $2)', [channel, renderQueue]);
      } catch (error) {
        // As pg-boss reports its own errors.
        boss.emit('error', error instanceof Error ? error : new Error(String(error)));
      }
      await sleep(wakeIntervalMs);
    }
    isRunning = false;
  };
}
