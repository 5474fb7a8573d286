import type { PgBoss, Queue as QueueOptions } from 'pg-boss';
import { renderDeadQueue, renderQueue, webhookQueue } from './queue.ts';

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
