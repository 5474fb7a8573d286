import type { VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../../context.ts';
import { redeliverWebhook } from '../redeliver.ts';
import { findOwnDelivery, toDelivery } from './find.ts';

/** Begins an ended delivery of the account anew. One that is pending is being delivered anyway, and stays as it is. */
export async function redeliverOwnWebhook(ctx: AccountContext, input: VerbInput<'webhooks.redeliver'>) {
  const found = await findOwnDelivery(ctx, input.id);
  if (isFailure(found)) return found;
  await redeliverWebhook(ctx, found.id);
  const delivery = await findOwnDelivery(ctx, found.id);
  return isFailure(delivery) ? delivery : toDelivery(delivery);
}
