import { apiKeys } from '@restage/db';

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
