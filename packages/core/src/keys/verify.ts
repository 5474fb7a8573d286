import { apiKeys } from '@restage/db';
import type { Context, Credentials } from '../context.ts';
import { distinctKeys, hashKey } from './authenticate.ts';
import { activeKeyCondition } from './internal.ts';

/**
 * Whether the key that was shown is neither revoked nor expired, asked of the database itself and not of the cache,
 * which then forgets a key that is.
 */
export async function isActiveKey(ctx: Context, credentials: Credentials): Promise<boolean> {
  const [key = ''] = distinctKeys(credentials);
  const hash = hashKey(key);
  const [good] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(activeKeyCondition(hash, new Date(ctx.now())));
  if (!good) ctx.keyCache.delete(hash);
  return good !== undefined;
}
