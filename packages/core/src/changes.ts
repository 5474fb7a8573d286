import { type JobStatus, jobStatuses } from '@restage/contract';
import type { Connection } from '@restage/db';

/** Where every change of a job is told, as `{id} {status}`. */
export const changesChannel = 'restage_jobs';

/** Hears that a job has changed; without a status, that a change may have been missed. */
type Listener = (status: JobStatus | undefined) => void;

/**
 * What this process hears of jobs that change, here and in every other process, over one connection of its own.
 * A notification says only that it is time to look: what happened is in the tables.
 */
export class JobNotifications {
  readonly #listeners = new Map<string, Set<Listener>>();
  #draining = false;

  private constructor() {}

  /** Begins to listen. The connection is made again when it breaks, and ends with `sql`. */
  static async open(sql: Connection['sql']): Promise<JobNotifications> {
    const changes = new JobNotifications();
    await sql.listen(
      changesChannel,
      (payload) => changes.#hear(payload),
      // Again connected: whatever was told meanwhile went unheard.
      () => changes.#stirAll(),
    );
    return changes;
  }

  /** Calls `listener` at each change of a job. @returns what ends that */
  subscribe(generationId: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(generationId) ?? new Set();
    this.#listeners.set(generationId, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.#listeners.get(generationId) === listeners) {
        this.#listeners.delete(generationId);
      }
    };
  }

  /** Whether this process is about to stop, so that whoever waits for a client's sake shall wait no longer. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Ends the waiting of clients; workers go on listening. */
  drain(): void {
    this.#draining = true;
    this.#stirAll();
  }

  /** How many listen, for tests to see that nothing is left. */
  get size(): number {
    return this.#listeners.size;
  }

  #hear(payload: string): void {
    const [id = '', word] = payload.split(' ');
    const status = jobStatuses.find((known) => known === word);
    for (const listener of this.#listeners.get(id) ?? []) listener(status);
  }

  #stirAll(): void {
    for (const listeners of this.#listeners.values()) for (const listener of listeners) listener(undefined);
  }
}
