import { newId } from '@restage/contract';
import { accounts, apiKeys, creditEntries } from '@restage/db';
import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { getBillingPeriod } from '../credits/period.ts';
import { hashKey } from '../keys/authenticate.ts';
import { withTransaction } from '../transaction.ts';

/** Random bytes of a key: 256 bits, where the contract asks for at least 192. */
const keyBytes = 32;

/** What making keys and accounts needs of the world. */
type Maker = Pick<Context, 'db' | 'now' | 'random'>;

/** An account as it comes to be. */
export interface NewAccount {
  readonly email: string;
  /** Whole credits, granted at once. */
  readonly credits: number;
}

/** Makes an account with its first credits. */
export async function createAccount(ctx: Maker, made: NewAccount): Promise<{ id: string }> {
  const now = ctx.now();
  const id = newId('account', now, ctx.random);
  return withTransaction(ctx, async ({ db }) => {
    await db.insert(accounts).values({
      id,
      email: made.email,
      balance: made.credits,
      period: getBillingPeriod(now),
      createdAt: new Date(now),
    });
    if (made.credits > 0) {
      await db.insert(creditEntries).values({
        accountId: id,
        kind: 'grant',
        credits: made.credits,
        note: 'first credits',
        createdAt: new Date(now),
      });
    }
    return { id };
  });
}

/** Makes a key. It is given here and never again: only its hash is kept. */
export async function createKey(
  ctx: Maker,
  accountId: string,
  made: { readonly name: string; readonly mode: 'live' | 'test'; readonly expiresAt?: Date | undefined },
): Promise<{ id: string; key: string }> {
  const secret = Buffer.from(ctx.random(new Uint8Array(keyBytes))).toString('base64url');
  const key = `${made.mode === 'test' ? 'rsk_test_' : 'rsk_'}${secret}`;
  const id = newId('apiKey', ctx.now(), ctx.random);
  await ctx.db.insert(apiKeys).values({
    id,
    accountId,
    hash: hashKey(key),
    prefix: key.slice(0, key.length - secret.length + 4),
    name: made.name,
    mode: made.mode,
    expiresAt: made.expiresAt ?? null,
    createdAt: new Date(ctx.now()),
  });
  return { id, key };
}

/** Makes the first account with a key, if there is no account yet. */
export async function createFirstAccount(
  ctx: Maker,
  made: NewAccount,
): Promise<{ id: string; key: string } | undefined> {
  if (await hasAccount(ctx)) return undefined;
  return withTransaction(ctx, async (inside) => {
    // Two processes may start at once on an empty database; one makes the account.
    await inside.db.execute(sql`select pg_advisory_xact_lock(hashtext('restage.first-account'))`);
    if (await hasAccount(inside)) return undefined;
    const { id } = await createAccount(inside, made);
    const { key } = await createKey(inside, id, { name: 'first key', mode: 'live' });
    return { id, key };
  });
}

/** In plain SQL: every start asks it once, and to build and prepare the question would take longer. */
async function hasAccount(ctx: Maker): Promise<boolean> {
  const found = await ctx.db.execute(sql`select from ${accounts} limit 1`);
  return found.length > 0;
}
