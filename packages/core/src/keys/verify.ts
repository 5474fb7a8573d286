import { apiKeys } from '@restage/db';
import type { Context, Credentials } from '../context.ts';
import { findActiveSession } from '../sessions/find.ts';
import { distinctKeys, hashKey, toCacheKey } from './authenticate.ts';
import { activeKeyCondition } from './internal.ts';

/** Whether a caller's key or, without a key, its session is still active, by the database and not by the cache. */
export async function isActiveKey(ctx: Context, credentials: Credentials): Promise<boolean> {
  const [key] = distinctKeys(credentials);
  const found =
    key === undefined
      ? await findActiveSession(ctx, hashKey(credentials.session ?? ''))
      : await findActiveKey(ctx, hashKey(key));
  const cacheKey = toCacheKey(credentials);
  if (!found && cacheKey !== undefined) ctx.keyCache.delete(cacheKey);
  return found !== undefined;
}

async function findActiveKey(ctx: Context, hash: string): Promise<{ id: string } | undefined> {
  const [active] = await ctx.db
    .select({ id: apiKeys.id })
    .from(apiKeys)
    .where(activeKeyCondition(hash, new Date(ctx.now())));
  return active;
}
