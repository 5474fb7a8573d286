import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { uuidOf } from '@restage/contract';
import { type Database, queueSchema } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { PgBoss, Queue as QueueOptions } from 'pg-boss';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';

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
  /**
   * Queues a job that its account has already been charged for, in its turn: an account's n-th job in flight comes n
   * turns after the job that is next now. So a hundred jobs of one account stand behind the first job of every
   * other, and all keep moving. No turn comes before one that was given out and begun, so a job whose worker died
   * keeps its place ahead of newer ones.
   */
  enqueueRender(db: Database, generationId: string, accountId: string): Promise<void>;
  /**
   * What {@link enqueueRender} does, as SQL for a statement that does more. The turn counts from those that were given
   * out when the statement began.
   * @param taken names the part of the statement that gives the account's jobs in flight, this one counted
   */
  renderEntry(generationId: string, accountId: string, taken: SQL): SQL;
  /**
   * Wakes the workers of every process once an entry is there, without waiting for that. It is a hint: a worker that
   * does not get it, as when this process is killed in between, looks by itself within two seconds.
   */
  wakeWorkers(): void;
  /** An entry that is there already, waiting or being worked on, is not made again. */
  enqueueWebhooks(db: Database, entries: readonly WebhookEntry[]): Promise<void>;
  /**
   * Puts a job back that its worker can't finish because it is to stop. It does not count as an attempt, and is
   * taken again no sooner than the worker has let go of it.
   * @param retryCount names the worker's claim; one that has lapsed is left alone
   */
  releaseRender(db: Database, generationId: string, retryCount: number): Promise<void>;
  /** Takes a job out that nobody has begun. */
  withdrawRender(db: Database, generationId: string): Promise<void>;
}

/** Where turns fall no further, short of the least that PostgreSQL's `integer` holds. */
const minPriority = -2_000_000_000;

/** How often a job is tried before it fails: at first, and after a worker died or a fault passed. */
const renderAttempts = 3;

/** The most seconds that one attempt at a job may take, inputs and all. */
export const renderWallSeconds = 1800;

/** Makes the queues if they aren't there, and has them do as this version does. */
export async function createQueues(boss: PgBoss): Promise<void> {
  const known = await boss.getQueues(queues.map(({ name }) => name));
  for (const wanted of queues) {
    const found = known.find(({ name }) => name === wanted.name);
    const asWanted = (option: string) => Reflect.get(found ?? {}, option) === Reflect.get(wanted, option);
    if (Object.keys(wanted).every(asWanted)) continue;
    await boss.createQueue(wanted.name, wanted);
    const { name, policy: _, ...options } = wanted;
    await boss.updateQueue(name, options);
  }
}

const heartbeatSeconds = 15;

/** A queue is made after that which its dead letters go to. */
const queues: readonly QueueOptions[] = [
  // What ends the jobs that nothing else ends is itself tried until it is done.
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
    retryLimit: renderAttempts - 1,
    retryDelay: 1,
    retryBackoff: true,
    // A worker that is gone is noticed after this; one that lives says so three times in between.
    heartbeatSeconds,
    // The attempt's own limit comes first. This one is for a worker that breathes and yet hangs.
    expireInSeconds: renderWallSeconds + 60,
    deadLetter: renderDeadQueue,
  },
  // The deliveries keep their own schedule, so the queue itself repeats nothing.
  {
    name: webhookQueue,
    policy: 'exclusive',
    notify: true,
    retryLimit: 0,
    // An attempt is over or lost by then. Until it lapses, the entry of a worker that died before its claim is in
    // the way of a new one.
    expireInSeconds: 20,
    deleteAfterSeconds: 3600,
  },
];

/** What the queues of jobs ask of a worker's `work()`. */
export const heartbeat = { heartbeatRefreshSeconds: heartbeatSeconds / 3 } as const;

// The partition that queues without a table of their own share: named itself, it is planned and written in half the time.
const entries = sql`${sql.identifier(queueSchema)}.job_common`;
// Where pg-boss listens for work.
const channel = `pgboss_${createHash('sha224').update(queueSchema).digest('hex').slice(0, 24)}`;

/**
 * {@link Queue.renderEntry}: what pg-boss's `send` does, with the turn, which only the database knows. It is a priority
 * below zero, for entries are fetched by priority, then by age. The charge has locked the account's row, so jobs that
 * are started at once are counted one after another. Turns fall until nothing is left, retries included.
 */
export const renderEntry: Queue['renderEntry'] = (generationId, accountId, taken) => {
  const task: RenderTask = { generationId };
  const render = sql.raw(`'${renderQueue}'`);
  // Each look for a turn has the condition of an index without the entries that have ended, or a planner that
  // believes the table small reads them all. Without the queue there is no name, which an entry must have.
  return sql`
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
      ), 0)) - taken.in_flight,
      now(), now(), now() + retention_seconds * interval '1 second', policy, retry_limit, retry_delay,
      retry_backoff, retry_delay_max, expire_seconds, deletion_seconds, dead_letter, heartbeat_seconds
    from ${taken} as taken left join ${sql.identifier(queueSchema)}.queue on name = ${render}
    returning name`;
};

/** The queue over pg-boss, which joins the caller's transaction. An entry's id is its job's own, as a UUID. */
export function createPgBossQueue(boss: PgBoss): Queue {
  const wake = waker(boss);
  return {
    renderEntry,
    async enqueueRender(db, generationId, accountId) {
      const account = sql`(select in_flight from accounts where id = ${accountId})`;
      await db.execute(renderEntry(generationId, accountId, account));
    },
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

/** Milliseconds from one notification to the next: where many jobs are started, one stands for several. */
const wakeInterval = 5;

/** Gives what tells the workers of every process to look for renders. */
function waker(boss: PgBoss): () => Promise<void> {
  let [asked, telling] = [false, false];
  return async () => {
    asked = true;
    if (telling) return;
    telling = true;
    while (asked) {
      asked = false;
      try {
        await boss.getDb().executeSql('select pg_notify($1, $2)', [channel, renderQueue]);
      } catch (error) {
        // As pg-boss tells of faults of its own.
        boss.emit('error', error instanceof Error ? error : new Error(String(error)));
      }
      await sleep(wakeInterval);
    }
    telling = false;
  };
}
