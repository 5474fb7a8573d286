import { apiKeys } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, sql } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { keyColumns } from './internal.ts';

/** Revokes a key: within five seconds no process accepts it. Revoking it again changes nothing. */
export async function revokeKey(ctx: OperatorContext, keyId: string) {
  const now = new Date(ctx.now()).toISOString();
  const [key] = await ctx.db
    .update(apiKeys)
    .set({ revokedAt: sql`coalesce(${apiKeys.revokedAt}, ${now}::timestamptz)` })
    .where(eq(apiKeys.id, keyId))
    .returning(keyColumns);
  return key ?? fail('NOT_FOUND', `There is no key ${keyId}.`);
}
