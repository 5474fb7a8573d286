import { apiKeys } from '@restage/db';
import type { Context, Credentials } from '../context.ts';
import { distinctKeys, hashKey } from './authenticate.ts';
import { activeKeyCondition } from './internal.ts';

/** Whether a caller's key is still neither revoked nor expired, by the database and not by the cache. */
export async function isActiveKey(ctx: Context, credentials: Credentials): Promise<boolean> {
  const [key = ''] = distinctKeys(credentials);
  const keyHash = hashKey(key);
  const [active] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(activeKeyCondition(keyHash, new Date(ctx.now())));
  if (!active) ctx.keyCache.delete(keyHash);
  return active !== undefined;
}
