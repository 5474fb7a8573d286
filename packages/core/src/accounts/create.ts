import { newId } from '@restage/contract';
import { accounts, apiKeys, creditEntries } from '@restage/db';
import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { getBillingPeriod } from '../credits/period.ts';
import { hashKey } from '../keys/authenticate.ts';
import { withTransaction } from '../transaction.ts';

/** Random bytes of a key: 256 bits, where the contract asks for at least 192. */
const keyBytes = 32;

/** The part of the context that creating keys and accounts needs. */
type CreateContext = Pick<Context, 'db' | 'now' | 'random'>;

/** A new account. */
export interface NewAccount {
  readonly email: string;
  /** Whole credits, granted at once. */
  readonly credits: number;
}

/** Creates an account with its first credits. */
export async function createAccount(ctx: CreateContext, input: NewAccount): Promise<{ id: string }> {
  const now = ctx.now();
  const id = newId('account', now, ctx.random);
  return withTransaction(ctx, async ({ db }) => {
    await db.insert(accounts).values({
      id,
      email: input.email,
      balance: input.credits,
      period: getBillingPeriod(now),
      createdAt: new Date(now),
    });
    if (input.credits > 0) {
      await db.insert(creditEntries).values({
        accountId: id,
        kind: 'grant',
        credits: input.credits,
        note: 'first credits',
        createdAt: new Date(now),
      });
    }
    return { id };
  });
}

/** Creates a key. It is returned only here: only its hash is stored. */
export async function createKey(
  ctx: CreateContext,
  accountId: string,
  input: { readonly name: string; readonly mode: 'live' | 'test'; readonly expiresAt?: Date | undefined },
): Promise<{ id: string; key: string; row: typeof apiKeys.$inferSelect }> {
  const secret = Buffer.from(ctx.random(new Uint8Array(keyBytes))).toString('base64url');
  const key = `${input.mode === 'test' ? 'rsk_test_' : 'rsk_'}${secret}`;
  const id = newId('apiKey', ctx.now(), ctx.random);
  const [row] = await ctx.db
    .insert(apiKeys)
    .values({
      id,
      accountId,
      hash: hashKey(key),
      prefix: key.slice(0, key.length - secret.length + 4),
      name: input.name,
      mode: input.mode,
      expiresAt: input.expiresAt ?? null,
      createdAt: new Date(ctx.now()),
    })
    .returning();
  if (!row) throw new Error('the key was not inserted');
  return { id, key, row };
}

/** Creates the first account with a key, if there is no account yet. */
export async function createFirstAccount(
  ctx: CreateContext,
  input: NewAccount,
): Promise<{ id: string; key: string } | undefined> {
  if (await hasAccount(ctx)) return undefined;
  return withTransaction(ctx, async (inside) => {
    // Two processes may start at once on an empty database; one creates the account.
    await inside.db.execute(sql`select pg_advisory_xact_lock(hashtext('restage.first-account'))`);
    if (await hasAccount(inside)) return undefined;
    const { id } = await createAccount(inside, input);
    const { key } = await createKey(inside, id, { name: 'first key', mode: 'live' });
    return { id, key };
  });
}

/** In plain SQL, because every start of the server runs it once: building and preparing the query would take longer. */
async function hasAccount(ctx: CreateContext): Promise<boolean> {
  const found = await ctx.db.execute(sql`select from ${accounts} limit 1`);
  return found.length > 0;
}
