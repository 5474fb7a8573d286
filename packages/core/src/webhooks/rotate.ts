import { accounts } from '@restage/db';
import { eq, sql } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { makeSecret, type WebhookSecret, webhookSecret } from './secret.ts';
import { defaultWebhooks } from './settings.ts';

/**
 * Gives the account a new secret. The one before it signs too until the overlap is over, so that receivers can
 * change over without missing anything; one that was already being replaced stops at once.
 * @param overlap milliseconds; 0 where the old secret must not sign any more, because it leaked
 * @returns undefined where there is no such account
 */
export async function rotateWebhookSecret(
  ctx: OperatorContext,
  accountId: string,
  overlap: number = defaultWebhooks.secretOverlap,
): Promise<WebhookSecret | undefined> {
  await ctx.db
    .update(accounts)
    .set({
      webhookSecret: makeSecret(ctx),
      previousWebhookSecret: sql`${accounts.webhookSecret}`,
      previousWebhookSecretUntil: new Date(ctx.now() + overlap),
    })
    .where(eq(accounts.id, accountId));
  return webhookSecret(ctx, accountId);
}
