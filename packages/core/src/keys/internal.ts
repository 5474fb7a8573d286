import { apiKeys } from '@restage/db';
import { and, eq, gt, isNull, or, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';

/** What operators see of a key: enough to recognise it, and neither the key nor its hash. */
export const keyColumns = {
  id: apiKeys.id,
  accountId: apiKeys.accountId,
  prefix: apiKeys.prefix,
  name: apiKeys.name,
  mode: apiKeys.mode,
  createdAt: apiKeys.createdAt,
  lastUsedAt: apiKeys.lastUsedAt,
  expiresAt: apiKeys.expiresAt,
  revokedAt: apiKeys.revokedAt,
} as const;

/** The condition that a key has this hash, and is neither revoked nor expired at this time. */
export function activeKeyCondition(hash: string, now: Date) {
  return and(eq(apiKeys.hash, hash), isActiveCondition(now));
}

/** The condition that a key is neither revoked nor expired at this time. */
export function isActiveCondition(now: Date) {
  return and(isNull(apiKeys.revokedAt), or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now)));
}

/** Revokes the key that meets a condition. One that is revoked keeps its time. @returns the key, if there is one */
export async function markRevoked(ctx: Pick<Context, 'db' | 'now'>, condition: SQL | undefined) {
  const now = new Date(ctx.now()).toISOString();
  const [key] = await ctx.db
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${now}::timestamptz)` })
    .where(condition)
    .returning(keyColumns);
  return key;
}
