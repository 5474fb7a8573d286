import type { VerbInput, WebhookSecret } from '@restage/contract';
import type { AccountContext } from '../../context.ts';
import { requireLiveKey } from '../../keys/account/require-live-key.ts';
import { rotateWebhookSecret } from '../rotate.ts';
import { getOrCreateWebhookSecret, type WebhookSecret as StoredSecret } from '../secret.ts';

const hourMs = 3_600_000;

/** The secret that signs the account's webhooks, made now if there is none yet. */
export async function getOwnWebhookSecret(ctx: AccountContext): Promise<WebhookSecret> {
  return toWebhookSecret(ctx, await getOrCreateWebhookSecret(ctx, ctx.account.id));
}

/** Gives the account a new secret; the one before it signs too until the overlap is over. */
export async function rotateOwnWebhookSecret(ctx: AccountContext, input: VerbInput<'webhooks.rotateSecret'>) {
  const refused = requireLiveKey(ctx);
  if (refused) return refused;
  const overlapMs = Math.round(input.overlap_hours * hourMs);
  return toWebhookSecret(ctx, await rotateWebhookSecret(ctx, ctx.account.id, overlapMs));
}

function toWebhookSecret(ctx: AccountContext, stored: StoredSecret | undefined): WebhookSecret {
  if (!stored) throw new Error(`account ${ctx.account.id} is gone`);
  return { secret: stored.secret, previous_expires_at: stored.previous?.until.toISOString() ?? null };
}
