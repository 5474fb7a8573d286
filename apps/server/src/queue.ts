import { bossQueue, createQueues, type Queue, renderEntry } from '@restage/core';
import { type Connection, connectQueue, queueSchema } from '@restage/db';
import type { PgBoss } from 'pg-boss';
import type { Logger } from 'pino';

/** The queue's engine, started. */
export interface OpenQueue {
  readonly boss: PgBoss;
  /** What verbs see of it. */
  readonly entries: Queue;
  /** Rejects when the queue does not answer. */
  check(): Promise<void>;
  /** Waits for tasks in hand, at most so many milliseconds; what is not done by then comes again. */
  stop(patience: number): Promise<void>;
}

/** A commit that waits for the disk, and so brings there what was committed before it: the queue's schema, when it is new. */
const durably = `select set_config('synchronous_commit', 'on', true), pg_logical_emit_message(true, 'restage', '')`;

/** Starts pg-boss on a migrated database. */
export async function openQueue(database: Connection, log: Logger): Promise<OpenQueue> {
  const { PgBoss } = await import('pg-boss');
  const connection = connectQueue(database, { max: 5 });
  const boss = new PgBoss({
    db: connection.db,
    schema: queueSchema,
    migrate: true,
    schedule: false,
    // How soon a worker is missed once its heartbeat has stopped.
    superviseIntervalSeconds: 5,
    monitorIntervalSeconds: 5,
    useListenNotify: true,
  });
  boss.on('error', (fault) => log.error({ ...placeOf(fault), err: fault }, 'the queue met a fault'));
  boss.on('warning', (warning) => log.warn({ warning }, 'the queue warns'));
  try {
    await boss.start();
    await createQueues(boss);
    await boss.getDb().executeSql(durably);
  } catch (error) {
    await boss
      .stop({ graceful: false })
      .catch((fault: unknown) => log.warn({ err: fault }, 'the queue did not stop'));
    await connection.close();
    throw error;
  }
  return {
    boss,
    entries: bossQueue(boss),
    async check() {
      if ((await boss.schemaVersion()) === null) throw new Error('the queue has no schema');
    },
    async stop(patience) {
      await boss.stop({ graceful: true, timeout: patience });
      await connection.close();
    },
  };
}

/** Where in the queue a fault was met, if that was in a worker: pg-boss says so beside the error. */
function placeOf(fault: object): { readonly queue?: unknown; readonly worker?: unknown } {
  return {
    ...('queue' in fault && { queue: fault.queue }),
    ...('worker' in fault && { worker: fault.worker }),
  };
}

/** A queue that is opened by whoever is first to need it: what reads can be answered without it. */
export class DeferredQueue {
  readonly #open: () => Promise<OpenQueue>;
  #opening: Promise<OpenQueue> | undefined;

  constructor(open: () => Promise<OpenQueue>) {
    this.#open = open;
  }

  /** The queue, opened once; rejects for all who wait if it can't be, and the next to ask tries again. */
  open(): Promise<OpenQueue> {
    this.#opening ??= this.#open().catch((error: unknown) => {
      this.#opening = undefined;
      throw error;
    });
    return this.#opening;
  }

  /** What verbs see of it: it waits until the queue is open. */
  readonly entries: Queue = {
    // In a database without a queue the statement fails, and its start falls back to what waits for one.
    renderEntry,
    wakeWorkers: () =>
      void this.open().then(
        ({ entries }) => entries.wakeWorkers(),
        // Whoever opens the queue hears of it. The job is there, and a worker finds it.
        () => undefined,
      ),
    enqueueRender: async (...entry) => (await this.open()).entries.enqueueRender(...entry),
    enqueueWebhooks: async (...entries) => (await this.open()).entries.enqueueWebhooks(...entries),
    releaseRender: async (...task) => (await this.open()).entries.releaseRender(...task),
    withdrawRender: async (...task) => (await this.open()).entries.withdrawRender(...task),
  };

  /** Rejects when the queue does not answer, or can't be opened. */
  async check(): Promise<void> {
    await (await this.open()).check();
  }

  /** As {@link OpenQueue.stop}; a queue that was never opened is never opened again. */
  async stop(patience: number): Promise<void> {
    this.#opening ??= Promise.reject(new Error('the queue was stopped before it was needed'));
    // Whoever opened it in vain was told.
    const queue = await this.#opening.catch(() => undefined);
    await queue?.stop(patience);
  }
}
