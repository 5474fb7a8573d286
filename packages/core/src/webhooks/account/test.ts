import type { VerbInput } from '@restage/contract';
import { isFailure } from '@restage/errors';
import type { AccountContext } from '../../context.ts';
import { sendTestWebhook } from '../send-test.ts';
import { findOwnDelivery, toDelivery } from './find.ts';

/** Sends a signed event about a job that does not exist, and retries it like any other. */
export async function sendOwnTestWebhook(ctx: AccountContext, input: VerbInput<'webhooks.test'>) {
  const sent = await sendTestWebhook(ctx, ctx.account.id, input.callback_url);
  if (isFailure(sent)) return sent;
  const delivery = await findOwnDelivery(ctx, sent.id);
  if (isFailure(delivery)) throw new Error(`delivery ${sent.id} was made, and is gone`);
  return toDelivery(delivery);
}
