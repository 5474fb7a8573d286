import { createQueues } from '@restage/core';
import { queueSchema } from '@restage/db';
import { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

/** The queue's engine, started. */
export interface OpenQueue {
  readonly boss: PgBoss;
  /** Rejects when the queue does not answer. */
  check(): Promise<void>;
  /** Waits for tasks in hand, at most so many milliseconds; what is not done by then comes again. */
  stop(patience: number): Promise<void>;
}

/** Starts pg-boss on a migrated database. */
export async function openQueue(url: string, log: Logger): Promise<OpenQueue> {
  const boss = new PgBoss({
    connectionString: url,
    schema: queueSchema,
    application_name: 'restage-queue',
    migrate: true,
    schedule: false,
    // How soon a worker is missed once its heartbeat has stopped.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    useListenNotify: true,
    max: 5,
  });
  boss.on('error', (fault) => log.error({ ...placeOf(fault), err: fault }, 'the queue met a fault'));
  boss.on('warning', (warning) => log.warn({ warning }, 'the queue warns'));
  await boss.start();
  await createQueues(boss);
  return {
    boss,
    async check() {
      if ((await boss.schemaVersion()) === null) throw new Error('the queue has no schema');
    },
    stop: (patience) => boss.stop({ graceful: true, timeout: patience }),
  };
}

/** Where in the queue a fault was met, if that was in a worker: pg-boss says so beside the error. */
function placeOf(fault: object): { readonly queue?: unknown; readonly worker?: unknown } {
  return {
    ...('queue' in fault && { queue: fault.queue }),
    ...('worker' in fault && { worker: fault.worker }),
  };
}
