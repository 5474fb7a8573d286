import { webhookDeliveries } from '@restage/db';
import { and, eq, ne } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';

/**
 * Begins an ended delivery anew, with the same `webhook-id` and the whole schedule before it. Its log stays;
 * `attempts` counts from here.
 * @returns `pending` where it has not ended, and so is being delivered anyway; `unknown` where there is none
 */
export async function redeliverWebhook(
  ctx: OperatorContext,
  deliveryId: string,
): Promise<'begun' | 'pending' | 'unknown'> {
  return withTransaction(ctx, async (inside) => {
    const due = new Date(inside.now());
    const [begun] = await inside.db
      .update(webhookDeliveries)
      .set({ status: 'pending', attempts: 0, nextAttemptAt: due, endedAt: null })
      .where(and(eq(webhookDeliveries.id, deliveryId), ne(webhookDeliveries.status, 'pending')))
      .returning({ accountId: webhookDeliveries.accountId });
    if (begun) {
      const entry = { deliveryId, due: due.toISOString(), accountId: begun.accountId, first: true, wait: 0 };
      await inside.queue.enqueueWebhooks(inside.db, [entry]);
      return 'begun';
    }
    const [found] = await inside.db
      .select({ id: webhookDeliveries.id })
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.id, deliveryId));
    return found ? 'pending' : 'unknown';
  });
}
