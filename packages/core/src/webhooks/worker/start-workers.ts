import type { PgBoss } from 'pg-boss';
import type { Context } from '../../context.ts';
import { type WebhookTask, webhookQueue } from '../../queue.ts';
import { deliverWebhook } from '../delivery/deliver.ts';
import { requeueOverdueWebhooks } from './requeue-overdue.ts';

/** How long after an attempt is due a worker is woken: the database's clock decides whether it is due. */
const wakeMarginMs = 20;

/**
 * Starts workers that send webhooks when they are due, until the queue is stopped. The workers per account are limited,
 * so that an endpoint that never responds does not delay those of other accounts.
 * @param stopping aborts the current attempts, which other workers repeat
 */
export async function startWebhookWorkers(ctx: Context, boss: PgBoss, stopping: AbortSignal): Promise<void> {
  const { workers, workersPerAccount, requeueIntervalMs } = ctx.settings.webhooks;
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
    // Poll again: another worker may just have returned a task because of the limit per account, and a worker that
    // fetches one task at a time would otherwise sleep on a backlog.
    wake();
    if (!task) return;
    const wait = await deliverWebhook(ctx, task.data, AbortSignal.any([task.signal, stopping]));
    // The queue sends no notification when a delayed entry becomes due.
    if (wait !== undefined) setTimeout(wake, wait + wakeMarginMs).unref();
  });
  const timer = setInterval(() => void requeueOverdue(ctx), requeueIntervalMs).unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
}

/** If this fails, the next run makes up for it. */
async function requeueOverdue(ctx: Context): Promise<void> {
  try {
    await requeueOverdueWebhooks(ctx);
  } catch (cause) {
    ctx.log.warn({ err: cause }, 'webhook_requeue_failed');
  }
}
