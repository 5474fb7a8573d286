import { type JobStatus, jobStatuses } from '@restage/contract';
import type { Connection } from '@restage/db';

/** The channel on which every change of a job is notified, as `{id} {status}`. */
export const changesChannel = 'restage_jobs';

/** Called when a job has changed; without a status, when a notification may have been missed. */
type Subscriber = (status: JobStatus | undefined) => void;

/**
 * Notifications of jobs that change, in this process and every other, over one connection of its own. A notification
 * says only that it is time to read: what happened is in the tables.
 */
export class JobNotifications {
  readonly #subscribers = new Map<string, Set<Subscriber>>();
  #draining = false;

  private constructor() {}

  /** Begins to listen. The connection is opened again when it breaks, and closes with `sql`. */
  static async open(sql: Connection['sql']): Promise<JobNotifications> {
    const notifications = new JobNotifications();
    await sql.listen(
      changesChannel,
      (payload) => notifications.#onNotification(payload),
      // Connected again: notifications sent meanwhile were missed.
      () => notifications.#notifyAll(),
    );
    return notifications;
  }

  /** Calls `subscriber` at each change of a job. @returns what ends that */
  subscribe(generationId: string, subscriber: Subscriber): () => void {
    const subscribers = this.#subscribers.get(generationId) ?? new Set();
    this.#subscribers.set(generationId, subscribers.add(subscriber));
    return () => {
      subscribers.delete(subscriber);
      if (subscribers.size === 0 && this.#subscribers.get(generationId) === subscribers) {
        this.#subscribers.delete(generationId);
      }
    };
  }

  /** Whether this process is about to stop: requests that wait for a change end. */
  get draining(): boolean {
    return this.#draining;
  }

  /** Ends the requests that wait for a change; workers stay subscribed. */
  drain(): void {
    this.#draining = true;
    this.#notifyAll();
  }

  /** How many jobs have subscribers, for tests to see that nothing is left. */
  get size(): number {
    return this.#subscribers.size;
  }

  #onNotification(payload: string): void {
    const [id = '', word] = payload.split(' ');
    const status = jobStatuses.find((known) => known === word);
    for (const subscriber of this.#subscribers.get(id) ?? []) subscriber(status);
  }

  #notifyAll(): void {
    for (const subscribers of this.#subscribers.values()) {
      for (const subscriber of subscribers) subscriber(undefined);
    }
  }
}
