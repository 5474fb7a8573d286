import { apiKeys } from '@restage/db';
import { and, eq, gt, isNull, or } from 'drizzle-orm';

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
