import { type ApiKeyList, limits } from '@restage/contract';
import { apiKeys } from '@restage/db';
import { desc, eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { isActiveCondition, keyColumns } from '../internal.ts';
import { toApiKey } from './present.ts';

/** The account's keys, newest first: all active ones, and as many of the newest others as there is room for. */
export async function listOwnKeys(ctx: AccountContext): Promise<ApiKeyList> {
  const rows = await ctx.db
    .select(keyColumns)
    .from(apiKeys)
    .where(eq(apiKeys.accountId, ctx.account.id))
    // No more than this are active.
    .orderBy(desc(sql`${isActiveCondition(new Date(ctx.now()))}`), desc(apiKeys.id))
    .limit(limits.activeKeys);
  return { keys: rows.map(toApiKey).sort((a, b) => (a.id < b.id ? 1 : -1)) };
}
