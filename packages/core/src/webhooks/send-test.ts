import { isFailure } from '@restage/errors';
import type { OperatorContext } from '../context.ts';
import { withTransaction } from '../transaction.ts';
import { createDelivery } from './create.ts';

/**
 * Sends a webhook of a job that does not exist to a URL, signed and retried like any other.
 * @returns the delivery's id, which finds its attempts; or why nothing can be sent to that URL
 */
export async function sendTestWebhook(ctx: OperatorContext, accountId: string, callbackUrl: string) {
  const url = await ctx.media.checkCallback(callbackUrl);
  if (isFailure(url)) return url;
  return withTransaction(ctx, async (inside) => ({
    id: await createDelivery(inside, { accountId, generationId: null, url: url.href }),
  }));
}
