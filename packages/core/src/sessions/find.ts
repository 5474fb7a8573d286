import { apiKeys, consoleSessions } from '@restage/db';
import { and, eq, gt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { isActiveCondition } from '../keys/internal.ts';

/** The session with this hash, asked of the database; undefined once it or its key has ended. */
export async function findActiveSession(
  ctx: Context,
  hash: string,
): Promise<{ keyId: string; expiresAt: Date } | undefined> {
  const now = new Date(ctx.now());
  const [session] = await ctx.db
    .select({ keyId: consoleSessions.keyId, expiresAt: consoleSessions.expiresAt })
    .from(consoleSessions)
    .innerJoin(apiKeys, eq(apiKeys.id, consoleSessions.keyId))
    .where(and(eq(consoleSessions.hash, hash), gt(consoleSessions.expiresAt, now), isActiveCondition(now)));
  return session;
}
