import type { ApiKey } from '@restage/contract';
import type { apiKeys } from '@restage/db';

type KeyRow = Pick<
  typeof apiKeys.$inferSelect,
  'id' | 'name' | 'prefix' | 'mode' | 'createdAt' | 'lastUsedAt' | 'expiresAt' | 'revokedAt'
>;

/** What an account's owner sees of a key: neither the key nor its hash. */
export function toApiKey(row: KeyRow): ApiKey {
  return {
    id: row.id,
    name: row.name,
    prefix: row.prefix,
    mode: row.mode,
    created_at: row.createdAt.toISOString(),
    last_used_at: row.lastUsedAt?.toISOString() ?? null,
    expires_at: row.expiresAt?.toISOString() ?? null,
    revoked_at: row.revokedAt?.toISOString() ?? null,
  };
}
