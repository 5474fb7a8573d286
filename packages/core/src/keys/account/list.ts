import type { ApiKeyList } from '@restage/contract';
import { apiKeys } from '@restage/db';
import { desc, eq } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { keyColumns } from '../internal.ts';
import { toApiKey } from './present.ts';

/** The account's keys, newest first, revoked and expired ones included. */
export async function listOwnKeys(ctx: AccountContext): Promise<ApiKeyList> {
  const rows = await ctx.db
    .select(keyColumns)
    .from(apiKeys)
    .where(eq(apiKeys.accountId, ctx.account.id))
    .orderBy(desc(apiKeys.id));
  return { keys: rows.map(toApiKey) };
}
