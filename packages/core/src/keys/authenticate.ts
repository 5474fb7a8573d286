import { hash } from 'node:crypto';
import { accounts, apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, type SQL, sql } from 'drizzle-orm';
import type { Account, Context, Credentials } from '../context.ts';
import { findActiveSession } from '../sessions/find.ts';
import { activeKeyCondition, isActiveCondition } from './internal.ts';

/** How long a verified key is cached: a revoked key stops working within this time. */
const cacheTtlMs = 5000;
const maxCacheSize = 10_000;

const keyPattern = /^rsk_[A-Za-z0-9_-]{32,128}$/;

/** The hash under which a key, a console session or a ticket is stored: SHA-256, in hex. */
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

/** The cache key of a session. No key has it, so that neither passes for the other. */
export function toSessionCacheKey(hash: string): string {
  return `session:${hash}`;
}

/** The cache key of the only key that was sent or, without a key, of the session. */
export function toCacheKey(credentials: Credentials): string | undefined {
  const [key, ...others] = distinctKeys(credentials);
  if (others.length > 0) return undefined;
  if (key !== undefined) return hashKey(key);
  return credentials.session === undefined ? undefined : toSessionCacheKey(hashKey(credentials.session));
}

/** The account of a key or session that was verified in the last seconds. */
export function getCachedAccount(ctx: Context, credentials: Credentials): Account | undefined {
  const cacheKey = toCacheKey(credentials);
  const cached = cacheKey === undefined ? undefined : ctx.keyCache.get(cacheKey);
  return cached && cached.until > ctx.now() ? cached.account : undefined;
}

/**
 * The account of the key that was sent or, without a key, of the console session; or INVALID_API_KEY: the same for unknown,
 * revoked and expired keys.
 */
export async function authenticate(ctx: Context, credentials: Credentials) {
  const [key, ...others] = distinctKeys(credentials);
  if (others.length > 0) return invalid('Two different API keys were sent. Send one.');
  const cacheKey = toCacheKey(credentials);
  if (cacheKey === undefined) {
    return invalid('No API key was sent. Send one as `x-api-key: rsk_…` or `authorization: Bearer rsk_…`.');
  }
  if (key !== undefined && !keyPattern.test(key))
    return invalid('The API key is malformed. Keys begin with rsk_.');
  const cached = getCachedAccount(ctx, credentials);
  if (cached) return cached;
  // Taken before the query, so that a slow answer is not cached for longer.
  const queriedAt = ctx.now();
  const now = new Date(queriedAt);
  const found =
    key === undefined
      ? await findAccountOfSession(ctx, hashKey(credentials.session ?? ''), now)
      : await findAccount(ctx, activeKeyCondition(hashKey(key), now), now);
  if (!found) {
    ctx.keyCache.delete(cacheKey);
    return invalid(
      key === undefined
        ? 'The console session has ended. Sign in again.'
        : 'The API key is unknown, revoked or expired.',
    );
  }
  if (ctx.keyCache.size >= maxCacheSize) ctx.keyCache.clear();
  const { account, expiresAt } = found;
  const until = Math.min(queriedAt + cacheTtlMs, expiresAt?.getTime() ?? Number.POSITIVE_INFINITY);
  ctx.keyCache.set(cacheKey, { account, until });
  return account;
}

function invalid(message: string) {
  return fail('INVALID_API_KEY', message);
}

interface FoundAccount {
  readonly account: Account;
  /** When the key or the session ends. */
  readonly expiresAt: Date | null;
}

async function findAccountOfSession(
  ctx: Context,
  hash: string,
  now: Date,
): Promise<FoundAccount | undefined> {
  const session = await findActiveSession(ctx, hash);
  if (!session) return undefined;
  const found = await findAccount(ctx, and(eq(apiKeys.id, session.keyId), isActiveCondition(now)), now);
  if (!found) return undefined;
  const { account, expiresAt } = found;
  return { account, expiresAt: expiresAt && expiresAt < session.expiresAt ? expiresAt : session.expiresAt };
}

/** @param condition selects the key, which is marked as used */
async function findAccount(
  ctx: Context,
  condition: SQL | undefined,
  now: Date,
): Promise<FoundAccount | undefined> {
  // The cache in front makes this one write per key, process and five seconds.
  const [row] = await ctx.db
    .update(apiKeys)
    .set({
      lastUsedAt: sql`greatest(${apiKeys.lastUsedAt}, ${now.toISOString()}::timestamptz)`,
    })
    .from(accounts)
    .where(and(eq(accounts.id, apiKeys.accountId), condition))
    .returning({
      id: accounts.id,
      keyId: apiKeys.id,
      keyPrefix: apiKeys.prefix,
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
        key: { id: row.keyId, prefix: row.keyPrefix },
        mode: row.mode,
        writeRpm: row.writeRpm ?? ctx.settings.writeRpm,
        readRpm: row.readRpm ?? ctx.settings.readRpm,
        concurrency: row.concurrency ?? ctx.settings.concurrency,
      },
    }
  );
}
