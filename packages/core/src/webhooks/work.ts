import type { PgBoss } from 'pg-boss';
import type { Context } from '../context.ts';
import { type WebhookTask, webhookQueue } from '../queue.ts';
import { deliverWebhook } from './deliver.ts';
import { sweepWebhooks } from './sweep.ts';

/** Milliseconds by which a worker is woken after an attempt is due: the database's clock decides if it is. */
const wakeMargin = 20;

/**
 * Sends webhooks as they fall due, until the queue is stopped. A few workers at most are one account's, so an
 * endpoint that never answers holds up nobody else's.
 * @param stopping gives attempts in hand up; they are made again elsewhere
 */
export async function workOnWebhooks(ctx: Context, boss: PgBoss, stopping: AbortSignal): Promise<void> {
  const { workers, workersPerAccount, sweepEvery } = ctx.settings.webhooks;
  const wake = () => {
    for (const { name, id } of boss.getWipData()) {
      if (name === webhookQueue) boss.notifyWorker(id);
    }
  };
  const options = {
    batchSize: 1,
    notifyPollingIntervalSeconds: 5,
    localConcurrency: workers,
    localGroupConcurrency: workersPerAccount,
  };
  await boss.work<WebhookTask>(webhookQueue, options, async ([task]) => {
    // Another worker may have fetched, at the same moment, what this account has none left for, and have put it
    // back; and a worker that takes one at a time sleeps on a backlog. Both look again now.
    wake();
    if (!task) return;
    const wait = await deliverWebhook(ctx, task.data, AbortSignal.any([task.signal, stopping]));
    // The queue tells nobody when an entry falls due that was put in for later.
    if (wait !== undefined) setTimeout(wake, wait + wakeMargin).unref();
  });
  const timer = setInterval(() => void sweep(ctx), sweepEvery).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** A sweep that fails is made up for by the next one. */
async function sweep(ctx: Context): Promise<void> {
  try {
    await sweepWebhooks(ctx);
  } catch (cause) {
    ctx.log.warn({ err: cause }, 'overdue webhooks could not be looked for');
  }
}
