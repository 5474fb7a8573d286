import type { DeliveryDetails, VerbInput } from '@restage/contract';
import { webhookAttempts } from '@restage/db';
import { isFailure } from '@restage/errors';
import { asc, eq } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { buildPayload } from '../delivery/payload.ts';
import { findOwnDelivery, toDelivery } from './find.ts';

/** A delivery of the account, with its body, as it would be sent now, and every attempt. */
export async function getOwnDelivery(ctx: AccountContext, input: VerbInput<'webhooks.get'>) {
  const delivery = await findOwnDelivery(ctx, input.id);
  if (isFailure(delivery)) return delivery;
  const [payload, attempts] = await Promise.all([
    buildPayload(ctx, delivery),
    ctx.db
      .select()
      .from(webhookAttempts)
      .where(eq(webhookAttempts.deliveryId, delivery.id))
      .orderBy(asc(webhookAttempts.id)),
  ]);
  const details: DeliveryDetails = {
    ...toDelivery(delivery),
    payload,
    attempt_log: attempts.map(({ startedAt, milliseconds, httpStatus, error }) => ({
      at: startedAt.toISOString(),
      duration_ms: milliseconds,
      status: httpStatus,
      error,
    })),
  };
  return details;
}
