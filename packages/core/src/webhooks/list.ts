import { webhookAttempts, webhookDeliveries } from '@restage/db';
import { and, asc, desc, eq, inArray, lt } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import type { Delivery } from './state.ts';

/** A delivery and its attempts. */
export interface DeliveryRecord extends Delivery {
  /** Every recorded attempt, oldest first, including those before a redelivery. */
  readonly log: readonly {
    /** Its number, from 1, since the delivery or its last redelivery began. */
    readonly attempt: number;
    readonly startedAt: Date;
    readonly milliseconds: number;
    /** The status of the response; null without one. */
    readonly httpStatus: number | null;
    readonly error: string | null;
  }[];
}

/** Lists deliveries with their attempts, newest first. For operators: not scoped to an account unless the filter is. */
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
