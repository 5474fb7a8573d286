import { accounts } from '@restage/db';
import { and, eq, isNull } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { formatSecret } from './sign.ts';

/** Bytes of a secret; Standard Webhooks asks for 24 to 64. */
const secretBytes = 32;

/** What signs an account's webhooks. */
export interface WebhookSecret {
  /** `whsec_` and base64. */
  readonly secret: string;
  /** The secret before it, for as long as it signs too. */
  readonly previous: { readonly secret: string; readonly until: Date } | null;
}

/** The account's secret, made now if there is none yet; undefined where there is no such account. */
export async function webhookSecret(
  ctx: OperatorContext,
  accountId: string,
): Promise<WebhookSecret | undefined> {
  const found = await readSecret(ctx, accountId);
  if (found !== 'unset') return found;
  // Of two that make one at once, one is kept, and both read it.
  await ctx.db
    .update(accounts)
    .set({ webhookSecret: makeSecret(ctx) })
    .where(and(eq(accounts.id, accountId), isNull(accounts.webhookSecret)));
  const made = await readSecret(ctx, accountId);
  if (made === 'unset') throw new Error(`account ${accountId} has lost its webhook secret`);
  return made;
}

/** A new secret, from cryptographic randomness. */
export function makeSecret(ctx: OperatorContext): string {
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
  const signs = previous !== null && until !== null && until.getTime() > ctx.now();
  return { secret, previous: signs ? { secret: previous, until } : null };
}
