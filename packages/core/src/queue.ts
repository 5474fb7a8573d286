import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidOf } from '@restage/contract';
import { type Database, queueSchema } from '@restage/db';
import { sql } from 'drizzle-orm';
import type { PgBoss, Queue as QueueOptions } from 'pg-boss';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';

/** The queue of jobs to render, and the dead-letter queue of those that failed on every attempt. */
export const renderQueue = 'render';
export const renderDeadQueue = 'render-dead';

/** The queue of attempts at webhooks. */
export const webhookQueue = 'webhook';

/** The data of an entry in the render queue. */
export interface RenderTask {
  readonly generationId: string;
}

/** An attempt at a webhook that is due, or will be. */
export interface WebhookTask {
  readonly deliveryId: string;
  /** The delivery's `next_attempt_at` in ISO 8601; an entry with another is out of date. */
  readonly due: string;
}

/** A {@link WebhookTask} to be queued. */
interface WebhookEntry extends WebhookTask {
  readonly accountId: string;
  /** First attempts come before retries, so that endpoints that answer don't wait for those that don't. */
  readonly first: boolean;
  /** Milliseconds until the attempt may begin. */
  readonly wait: number;
}

/** Takes jobs and webhooks in. An entry exists exactly when the caller's transaction commits. */
export interface Queue {
  /**
   * Queues a job that its account has already been charged for. Its priority lets accounts take turns: an account's
   * n-th job in flight comes n places after the job that is next now, so a hundred jobs of one account stand behind
   * the first job of every other. A job whose worker died keeps its place ahead of newer ones.
   */
  enqueueRender(db: Database, generationId: string, accountId: string): Promise<void>;
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

/** How many attempts a job has before it fails. */
const maxRenderAttempts = 3;

/** The most seconds that one attempt at a job may take, inputs and all. */
export const renderWallSeconds = 1800;

/** Creates the queues that are missing, and gives those that exist the options of this version. */
export async function createQueues(boss: PgBoss): Promise<void> {
  const known = await boss.getQueues(queues.map(({ name }) => name));
  for (const queue of queues) {
    const existing = known.find(({ name }) => name === queue.name);
    const isCurrent = (option: string) => Reflect.get(existing ?? {}, option) === Reflect.get(queue, option);
    if (Object.keys(queue).every(isCurrent)) continue;
    await boss.createQueue(queue.name, queue);
    const { name, policy: _, ...options } = queue;
    await boss.updateQueue(name, options);
  }
}

const heartbeatSeconds = 15;

/** In the order of their creation: a queue comes after the one that gets its dead letters. */
const queues: readonly QueueOptions[] = [
  // Failing a dead-lettered job is retried until it succeeds.
  {
    name: renderDeadQueue,
    notify: true,
    retryLimit: 1_000_000,
    retryDelay: 1,
    retryBackoff: true,
    retryDelayMax: 60,
    heartbeatSeconds,
    expireInSeconds: 60,
  },
  {
    name: renderQueue,
    notify: true,
    retryLimit: maxRenderAttempts - 1,
    retryDelay: 1,
    retryBackoff: true,
    // A worker that died is noticed after this; a live one sends three heartbeats in that time.
    heartbeatSeconds,
    // The attempt's own limit comes first. This one is for a worker that hangs and still sends heartbeats.
    expireInSeconds: renderWallSeconds + 60,
    deadLetter: renderDeadQueue,
  },
  // The deliveries keep their own schedule, so the queue itself repeats nothing.
  {
    name: webhookQueue,
    policy: 'exclusive',
    notify: true,
    retryLimit: 0,
    // An attempt has ended or is lost by then. Until it expires, the entry of a worker that died before its claim
    // blocks a new one.
    expireInSeconds: 20,
    deleteAfterSeconds: 3600,
  },
];

/** The heartbeat options of a worker's `work()`. */
export const heartbeat = { heartbeatRefreshSeconds: heartbeatSeconds / 3 } as const;

// The partition that queues without a table of their own share. Naming it halves the time to plan and write.
const entries = sql`${sql.identifier(queueSchema)}.job_common`;
// The channel on which pg-boss's workers listen.
const channel = `pgboss_${createHash('sha224').update(queueSchema).digest('hex').slice(0, 24)}`;

/**
 * Does what pg-boss's `send` does, with a priority that only the database can compute. Entries are fetched by priority,
 * then by age. The charge has locked the account's row, so an account's jobs are counted one after another. Priorities
 * only fall, until the queue is empty, retries included.
 */
async function enqueueRender(db: Database, generationId: string, accountId: string): Promise<void> {
  const task: RenderTask = { generationId };
  const render = sql.raw(`'${renderQueue}'`);
  // Each search for a priority has the condition of an index that leaves out entries that have ended; without it, a
  // planner that believes the table small reads them all. If the queue is missing, `name` is null and the insert fails.
  await db.execute(sql`
    insert into ${entries} (
      id, name, data, group_id, priority, start_after, created_on, keep_until, policy, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, dead_letter, heartbeat_seconds
    )
    select ${uuidOf(generationId)}::uuid, name, ${JSON.stringify(task)}::jsonb, ${accountId},
      greatest(${minPriority}::integer, coalesce(least((
        select priority from ${entries}
        where name = ${render} and state < 'active' and not blocked and state = 'created'
        order by priority desc limit 1
      ), (
        select min(priority) from ${entries}
        where name = ${render} and state = 'active' and group_id is not null
      )), (
        select min(priority) from ${entries}
        where name = ${render} and state < 'active' and not blocked and state = 'retry'
      ), 0)) - account.in_flight,
      now(), now(), now() + retention_seconds * interval '1 second', policy, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, dead_letter, heartbeat_seconds
    from (select in_flight from accounts where id = ${accountId}) as account
    left join ${sql.identifier(queueSchema)}.queue on name = ${render}`);
}

/** The queue over pg-boss, which joins the caller's transaction. An entry's id is its job's own, as a UUID. */
export function createPgBossQueue(boss: PgBoss): Queue {
  const wake = createWaker(boss);
  return {
    enqueueRender,
    wakeWorkers: () => void wake(),
    async releaseRender(db, generationId, retryCount) {
      await db.execute(sql`
        update ${entries} set state = 'retry', started_on = null, heartbeat_on = null,
          start_after = now() + interval '2 seconds'
        where name = ${renderQueue} and id = ${uuidOf(generationId)}::uuid
          and state = 'active' and retry_count = ${retryCount}`);
    },
    async withdrawRender(db, generationId) {
      await boss.deleteJob(renderQueue, uuidOf(generationId), { db: fromDrizzle(db, sql) });
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
