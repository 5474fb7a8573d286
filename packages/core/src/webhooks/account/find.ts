import { type Delivery, isId } from '@restage/contract';
import { webhookDeliveries } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import type { Delivery as DeliveryRow } from '../state.ts';

/** The account's delivery, or the same answer for one that isn't there and one that is another's. */
export async function findOwnDelivery(ctx: AccountContext, id: string) {
  if (!isId('delivery', id)) return noSuchDelivery();
  const [row] = await ctx.db
    .select()
    .from(webhookDeliveries)
    .where(and(eq(webhookDeliveries.id, id), eq(webhookDeliveries.accountId, ctx.account.id)));
  return row ?? noSuchDelivery();
}

function noSuchDelivery() {
  return fail('DELIVERY_NOT_FOUND', 'This account has no webhook delivery with that id.', { param: 'id' });
}

/** What a client sees of a delivery. */
export function toDelivery(row: DeliveryRow): Delivery {
  return {
    id: row.id,
    generation_id: row.generationId,
    url: row.url,
    status: row.status,
    attempts: row.attempts,
    last_error: row.lastError,
    next_attempt_at: row.nextAttemptAt?.toISOString() ?? null,
    created_at: row.createdAt.toISOString(),
  };
}
