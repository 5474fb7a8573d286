import { type Context, createAccount, createKey, getOrCreateWebhookSecret } from '@restage/core';
import type { Scale } from './orders.ts';

/** An account that submits jobs. */
export interface ChaosAccount {
  readonly id: string;
  readonly key: string;
  /** Signs its webhooks. */
  readonly secret: string;
  /** What it was given. */
  readonly credits: number;
}

/** Creates the accounts of a run. The last one has too few credits for its jobs. */
export async function createAccounts(ctx: Context, scale: Scale): Promise<ChaosAccount[]> {
  const accounts: ChaosAccount[] = [];
  for (let index = 0; index < scale.accounts; index += 1) {
    const credits = index === scale.accounts - 1 ? Math.ceil(scale.jobs / 20) : 100_000;
    const { id } = await createAccount(ctx, { email: `${index}@example.com`, credits });
    const { key } = await createKey(ctx, id, { name: 'chaos', mode: 'live' });
    const secret = await getOrCreateWebhookSecret(ctx, id);
    accounts.push({ id, key, secret: secret?.secret ?? '', credits });
  }
  return accounts;
}
