import { accounts } from '@restage/db';
import { and, eq, isNull } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { formatSecret } from './delivery/sign.ts';

/** Bytes of a secret; Standard Webhooks asks for 24 to 64. */
const secretBytes = 32;

/** The secrets that sign an account's webhooks. */
export interface WebhookSecret {
  /** `whsec_` and base64. */
  readonly secret: string;
  /** The previous secret, while it also signs. */
  readonly previous: { readonly secret: string; readonly until: Date } | null;
}

/** Returns the account's secret, and creates one if there is none; undefined if there is no such account. */
export async function getOrCreateWebhookSecret(
  ctx: OperatorContext,
  accountId: string,
): Promise<WebhookSecret | undefined> {
  const found = await readSecret(ctx, accountId);
  if (found !== 'unset') return found;
  // Of two concurrent calls one wins, and both return its secret.
  await ctx.db
    .update(accounts)
    .set({ webhookSecret: generateSecret(ctx) })
    .where(and(eq(accounts.id, accountId), isNull(accounts.webhookSecret)));
  const created = await readSecret(ctx, accountId);
  if (created === 'unset') throw new Error(`account ${accountId} has lost its webhook secret`);
  return created;
}

/** Generates a secret from cryptographic randomness. */
export function generateSecret(ctx: OperatorContext): string {
  return formatSecret(ctx.random(new Uint8Array(secretBytes)));
}

async function readSecret(
  ctx: OperatorContext,
  accountId: string,
): Promise<WebhookSecret | undefined | 'unset'> {
  const [row] = await ctx.db
    .select({
      secret: accounts.webhookSecret,
      previous: accounts.previousWebhookSecret,
      until: accounts.previousWebhookSecretUntil,
    })
    .from(accounts)
    .where(eq(accounts.id, accountId));
  if (!row) return undefined;
  const { secret, previous, until } = row;
  if (secret === null) return 'unset';
  const isInOverlap = previous !== null && until !== null && until.getTime() > ctx.now();
  return { secret, previous: isInOverlap ? { secret: previous, until } : null };
}
