import { consoleSessions } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { hashKey, toSessionCacheKey } from '../keys/authenticate.ts';

/** Ends a session for good: here at once, in every process within five seconds. One that has ended is left as it is. */
export async function endSession(ctx: Context, token: string): Promise<void> {
  const hash = hashKey(token);
  await ctx.db.delete(consoleSessions).where(eq(consoleSessions.hash, hash));
  ctx.keyCache.delete(toSessionCacheKey(hash));
}
