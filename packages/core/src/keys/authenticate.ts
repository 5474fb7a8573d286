import { hash } from 'node:crypto';
import { accounts, apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, sql } from 'drizzle-orm';
import type { Account, Context, Credentials } from '../context.ts';
import { activeKeyCondition } from './internal.ts';

/** How long a verified key is cached: a revoked key stops working within this time. */
const cacheTtlMs = 5000;
const maxCacheSize = 10_000;

const keyPattern = /^rsk_[A-Za-z0-9_-]{32,128}$/;

/** The hash under which a key is stored: SHA-256, in hex. */
export function hashKey(key: string): string {
  return hash('sha256', key, 'hex');
}

/**
 * The keys that were sent, without duplicates. A header that is sent twice arrives as one, joined by a comma, which no
 * key contains; an empty header carries no key.
 */
export function distinctKeys({ apiKey = '', bearer = '' }: Credentials): readonly string[] {
  const sent = [...apiKey.split(','), ...bearer.split(',')].map((key) => key.trim());
  return [...new Set(sent)].filter((key) => key !== '');
}

/** The account of a key that was verified in the last seconds. */
export function getCachedAccount(ctx: Context, credentials: Credentials): Account | undefined {
  const [key, ...others] = distinctKeys(credentials);
  if (key === undefined || others.length > 0) return undefined;
  const cached = ctx.keyCache.get(hashKey(key));
  return cached && cached.until > ctx.now() ? cached.account : undefined;
}

/** The account of the key that was sent, or INVALID_API_KEY: the same for unknown, revoked and expired keys. */
export async function authenticate(ctx: Context, credentials: Credentials) {
  const [key, ...others] = distinctKeys(credentials);
  if (key === undefined) {
    return invalid('No API key was sent. Send one as `x-api-key: rsk_…` or `authorization: Bearer rsk_…`.');
  }
  if (others.length > 0) return invalid('Two different API keys were sent. Send one.');
  if (!keyPattern.test(key)) return invalid('The API key is malformed. Keys begin with rsk_.');
  const cached = getCachedAccount(ctx, credentials);
  if (cached) return cached;
  const keyHash = hashKey(key);
  // Taken before the query, so that a slow answer is not cached for longer.
  const queriedAt = ctx.now();
  const found = await findAccount(ctx, keyHash);
  if (!found) {
    ctx.keyCache.delete(keyHash);
    return invalid('The API key is unknown, revoked or expired.');
  }
  if (ctx.keyCache.size >= maxCacheSize) ctx.keyCache.clear();
  const { account, expiresAt } = found;
  const until = Math.min(queriedAt + cacheTtlMs, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  ctx.keyCache.set(keyHash, { account, until });
  return account;
}

function invalid(message: string) {
  return fail('INVALID_API_KEY', message);
}

async function findAccount(
  ctx: Context,
  keyHash: string,
): Promise<{ account: Account; expiresAt: Date | null } | undefined> {
  const now = new Date(ctx.now());
  // The cache in front makes this one write per key, process and five seconds.
  const [row] = await ctx.db
    .update(apiKeys)
    .set({
      lastUsedAt: sql`greatest(${apiKeys.lastUsedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .from(accounts)
    .where(and(eq(accounts.id, apiKeys.accountId), activeKeyCondition(keyHash, now)))
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
