import { hash as digest } from 'node:crypto';
import { accounts, apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, sql } from 'drizzle-orm';
import type { Account, Context, Credentials } from '../context.ts';
import { activeKeyCondition } from './internal.ts';

/** How long a key is believed without asking the database: a revoked key stops within this. */
const cacheMilliseconds = 5000;
const cacheSize = 10_000;

const wellFormed = /^rsk_[A-Za-z0-9_-]{32,128}$/;

/** The hash by which a key is kept and found: SHA-256, in hex. */
export function hashKey(key: string): string {
  return digest('sha256', key, 'hex');
}

/**
 * The keys that were sent, each once. A header that is sent twice arrives as one, joined by a comma, which no key has;
 * a header that is empty carries no key.
 */
export function distinctKeys({ apiKey = '', bearer = '' }: Credentials): readonly string[] {
  const sent = [...apiKey.split(','), ...bearer.split(',')].map((key) => key.trim());
  return [...new Set(sent)].filter((key) => key !== '');
}

/** Whose key it is, if that is known without asking the database. */
export function getCachedAccount(ctx: Context, credentials: Credentials): Account | undefined {
  const [key, ...others] = distinctKeys(credentials);
  if (key === undefined || others.length > 0) return undefined;
  const cached = ctx.keyCache.get(hashKey(key));
  return cached && cached.until > ctx.now() ? cached.account : undefined;
}

/** Whose key it is. What is wrong with a key is not told, so that nothing can be learnt by trying. */
export async function authenticate(ctx: Context, credentials: Credentials) {
  const [key, ...others] = distinctKeys(credentials);
  if (key === undefined) {
    return invalid('No API key was sent. Send one as `x-api-key: rsk_…` or `authorization: Bearer rsk_…`.');
  }
  if (others.length > 0) return invalid('Two different API keys were sent. Send one.');
  if (!wellFormed.test(key)) return invalid('The API key is malformed. Keys begin with rsk_.');
  const known = getCachedAccount(ctx, credentials);
  if (known) return known;
  const hash = hashKey(key);
  // Counted from before the database is asked, so that a slow answer is not believed any longer.
  const asked = ctx.now();
  const found = await findAccount(ctx, hash);
  if (!found) {
    ctx.keyCache.delete(hash);
    return invalid('The API key is unknown, revoked or expired.');
  }
  if (ctx.keyCache.size >= cacheSize) ctx.keyCache.clear();
  const { account, expiresAt } = found;
  const until = Math.min(asked + cacheMilliseconds, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  ctx.keyCache.set(hash, { account, until });
  return account;
}

function invalid(message: string) {
  return fail('INVALID_API_KEY', message);
}

async function findAccount(
  ctx: Context,
  hash: string,
): Promise<{ account: Account; expiresAt: Date | null } | undefined> {
  const now = new Date(ctx.now());
  // The cache in front makes this one write per key, process and five seconds.
  const [row] = await ctx.db
    .update(apiKeys)
    .set({
      lastUsedAt: sql`greatest(${apiKeys.lastUsedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .from(accounts)
    .where(and(eq(accounts.id, apiKeys.accountId), activeKeyCondition(hash, now)))
    .returning({
      id: accounts.id,
      mode: apiKeys.mode,
      writeRpm: accounts.writeRpm,
      readRpm: accounts.readRpm,
      concurrency: accounts.concurrency,
      expiresAt: apiKeys.expiresAt,
    });
  return (
    row && {
      expiresAt: row.expiresAt,
      account: {
        id: row.id,
        mode: row.mode,
        writeRpm: row.writeRpm ?? ctx.settings.writeRpm,
        readRpm: row.readRpm ?? ctx.settings.readRpm,
        concurrency: row.concurrency ?? ctx.settings.concurrency,
      },
    }
  );
}
