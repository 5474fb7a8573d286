import { webhookAttempts, webhookDeliveries } from '@restage/db';
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import type { Delivery } from './state.ts';

/** A delivery and its log. */
export interface DeliveryRecord extends Delivery {
  /** Every attempt that was recorded, oldest first; those before a redelivery too. */
  readonly log: readonly {
    /** Which one it was since the delivery began, or was begun anew: 1… */
    readonly attempt: number;
    readonly startedAt: Date;
    readonly milliseconds: number;
    /** The status of the answer, if there was one. */
    readonly httpStatus: number | null;
    readonly error: string | null;
  }[];
}

/** Deliveries with their attempts, newest first. For operators: what is given here narrows, and nothing else. */
export async function listWebhookDeliveries(
  ctx: OperatorContext,
  filter: {
    readonly accountId?: string | undefined;
    readonly generationId?: string | undefined;
    readonly status?: Delivery['status'] | undefined;
    /** The id of the last delivery of the page before. */
    readonly after?: string | undefined;
    /** Default 20. */
    readonly limit?: number | undefined;
  } = {},
): Promise<DeliveryRecord[]> {
  const { accountId, generationId, status, after, limit = 20 } = filter;
  const table = webhookDeliveries;
  const deliveries = await ctx.db
    .select()
    .from(table)
    .where(
      and(
        accountId === undefined ? undefined : eq(table.accountId, accountId),
        generationId === undefined ? undefined : eq(table.generationId, generationId),
        status === undefined ? undefined : eq(table.status, status),
        after === undefined ? undefined : lt(table.id, after),
      ),
    )
    .orderBy(desc(table.id))
    .limit(limit);
  if (deliveries.length === 0) return [];
  const ids = deliveries.map(({ id }) => id);
  const attempts = await ctx.db
    .select()
    .from(webhookAttempts)
    .where(inArray(webhookAttempts.deliveryId, ids))
    .orderBy(asc(webhookAttempts.id));
  const logs = Map.groupBy(attempts, ({ deliveryId }) => deliveryId);
  return deliveries.map((delivery) => ({
    ...delivery,
    log: (logs.get(delivery.id) ?? []).map(({ id: _, deliveryId: __, ...attempt }) => attempt),
  }));
}
