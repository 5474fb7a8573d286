import { webhookDeliveries } from '@restage/db';
import { and, eq, ne } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';

/**
 * Restarts a finished delivery with the same `webhook-id` and the full schedule. Keeps its log; `attempts` starts again
 * from 0.
 * @returns `pending` if it has not finished, and is being delivered anyway; `unknown` if there is none
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
