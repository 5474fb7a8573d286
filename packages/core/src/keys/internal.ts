import { apiKeys } from '@restage/db';
import { and, eq, gt, isNull, or } from 'drizzle-orm';

/** What an operator sees of a key: enough to recognise it, and neither the key nor its hash. */
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

/** The condition of a good key: it has that hash, and is neither revoked nor expired at that moment. */
export function activeKeyCondition(hash: string, now: Date) {
  const lasts = or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, now));
  return and(eq(apiKeys.hash, hash), isNull(apiKeys.revokedAt), lasts);
}
