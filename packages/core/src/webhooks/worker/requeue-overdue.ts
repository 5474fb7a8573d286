import { webhookDeliveries } from '@restage/db';
import { and, asc, eq, gt, lt } from 'drizzle-orm';
import type { Context } from '../../context.ts';

/** Deliveries per query. */
const pageSize = 500;

/**
 * Queues overdue attempts again, such as those whose worker died after its claim. An attempt that is still in the queue
 * gets no second entry.
 */
export async function requeueOverdueWebhooks(ctx: Context): Promise<void> {
  const before = new Date(ctx.now() - ctx.settings.webhooks.overdueAfterMs);
  let after = '';
  for (;;) {
    const overdue = await ctx.db
      .select()
      .from(webhookDeliveries)
      .where(
        and(
          eq(webhookDeliveries.status, 'pending'),
          lt(webhookDeliveries.nextAttemptAt, before),
          gt(webhookDeliveries.id, after),
        ),
      )
      .orderBy(asc(webhookDeliveries.id))
      .limit(pageSize);
    const entries = overdue.flatMap(({ id, nextAttemptAt, accountId, attempts }) =>
      nextAttemptAt === null
        ? []
        : { deliveryId: id, due: nextAttemptAt.toISOString(), accountId, first: attempts === 0, wait: 0 },
    );
    if (entries.length > 0) await ctx.queue.enqueueWebhooks(ctx.db, entries);
    if (overdue.length < pageSize) return;
    after = overdue.at(-1)?.id ?? '';
  }
}
