import { accounts } from '@restage/db';
import { eq, sql } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { generateSecret, getOrCreateWebhookSecret, type WebhookSecret } from './secret.ts';
import { defaultWebhookSettings } from './settings.ts';

/**
 * Replaces the account's secret. The previous one also signs during the overlap, so that receivers can switch without
 * missing a webhook; one before that stops signing at once.
 * @param overlapMs 0 if the old secret must stop signing now, for example because it leaked
 * @returns undefined if there is no such account
 */
export async function rotateWebhookSecret(
  ctx: OperatorContext,
  accountId: string,
  overlapMs: number = defaultWebhookSettings.secretOverlapMs,
): Promise<WebhookSecret | undefined> {
  await ctx.db
    .update(accounts)
    .set({
      webhookSecret: generateSecret(ctx),
      previousWebhookSecret: sql`${accounts.webhookSecret}`,
      previousWebhookSecretUntil: new Date(ctx.now() + overlapMs),
    })
    .where(eq(accounts.id, accountId));
  return getOrCreateWebhookSecret(ctx, accountId);
}
