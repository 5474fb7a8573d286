import { createPgBossQueue, createQueues, type Queue } from '@restage/core';
import { type Connection, connectQueue, type PoolUsage, queueSchema } from '@restage/db';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

/** The job queue, started. */
export interface QueueService {
  readonly boss: PgBoss;
  /** What verbs see of it. */
  readonly queue: Queue;
  /** How busy its connections are. */
  readonly usage: PoolUsage;
  /** Rejects if the queue does not respond. */
  check(): Promise<void>;
  /** Waits for the tasks in hand, at most this long; a task that is not done by then is retried later. */
  stop(timeoutMs: number): Promise<void>;
}

/** A commit that waits for the disk, which also brings there what was committed before it: the schema of a new queue. */
const durableCommitSql = `select set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'restage', '')`;

/** Starts pg-boss on a migrated database. */
export async function startQueue(database: Connection, log: Logger): Promise<QueueService> {
  const connection = connectQueue(database, { max: 5 });
  const boss = new PgBoss({
    db: connection.db,
    schema: queueSchema,
    migrate: true,
    schedule: false,
    // How soon a worker whose heartbeat has stopped is declared dead.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    useListenNotify: true,
  });
  boss.on('error', (error) => log.error({ ...getWorkerFields(error), err: error }, 'queue_error'));
  boss.on('warning', (warning) => log.warn({ warning }, 'queue_warning'));
  try {
    await boss.start();
    await createQueues(boss);
    await boss.getDb().executeSql(durableCommitSql);
  } catch (error) {
    await boss
      .stop({ graceful: false })
      .catch((stopError: unknown) => log.warn({ err: stopError }, 'queue_stop_failed'));
    await connection.close();
    throw error;
  }
  return {
    boss,
    queue: createPgBossQueue(boss),
    usage: connection.usage,
    async check() {
      if ((await boss.schemaVersion()) === null) throw new Error('the queue has no schema');
    },
    async stop(timeoutMs) {
      await boss.stop({ graceful: true, timeout: timeoutMs });
      await connection.close();
    },
  };
}

/** The queue and worker in which an error occurred, which pg-boss puts beside the error of a worker. */
function getWorkerFields(error: object): { readonly queue?: unknown; readonly worker?: unknown } {
  return {
    ...('queue' in error && { queue: error.queue }),
    ...('worker' in error && { worker: error.worker }),
  };
}
