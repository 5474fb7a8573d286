import { newId } from '@restage/contract';
import { webhookDeliveries } from '@restage/db';
import type { OperatorContext } from '../context.ts';

/** A webhook to be delivered; `generationId` is null for a test. */
export interface NewDelivery {
  readonly accountId: string;
  readonly generationId: string | null;
  readonly url: string;
}

/**
 * Records a delivery and queues its first attempt, in the caller's transaction: both are there exactly when
 * that commits.
 * @returns the delivery's id
 */
export async function createDelivery(
  ctx: Pick<OperatorContext, 'db' | 'queue' | 'now' | 'random'>,
  made: NewDelivery,
): Promise<string> {
  const now = ctx.now();
  const id = newId('delivery', now, ctx.random);
  const due = new Date(now);
  await ctx.db.insert(webhookDeliveries).values({ ...made, id, createdAt: due, nextAttemptAt: due });
  const { accountId } = made;
  await ctx.queue.enqueueWebhooks(ctx.db, [
    { deliveryId: id, due: due.toISOString(), accountId, first: true, wait: 0 },
  ]);
  return id;
}
