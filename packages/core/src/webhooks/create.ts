import { newId } from '@restage/contract';
import { webhookDeliveries } from '@restage/db';
import type { Context, OperatorContext } from '../context.ts';

/** A webhook to deliver; `generationId` is null for a test send. */
export interface NewDelivery {
  readonly accountId: string;
  readonly generationId: string | null;
  readonly url: string;
}

/**
 * Records a delivery and queues its first attempt in the caller's transaction: both exist exactly if it commits.
 * @returns the delivery's id
 */
export async function createDelivery(
  ctx: Pick<OperatorContext, 'db' | 'queue' | 'now' | 'random'> & Pick<Context, 'traceparent'>,
  delivery: NewDelivery,
): Promise<string> {
  const now = ctx.now();
  const id = newId('delivery', now, ctx.random);
  const due = new Date(now);
  await ctx.db.insert(webhookDeliveries).values({ ...delivery, id, createdAt: due, nextAttemptAt: due });
  const { accountId } = delivery;
  const { traceparent } = ctx;
  await ctx.queue.enqueueWebhooks(ctx.db, [
    { deliveryId: id, due: due.toISOString(), traceparent, accountId, first: true, wait: 0 },
  ]);
  return id;
}
