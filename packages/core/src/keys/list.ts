import { apiKeys } from '@restage/db';
import { isFailure } from '@restage/errors';
import { desc, eq } from 'drizzle-orm';
import { findAccount } from '../accounts/internal.ts';
import type { OperatorContext } from '../context.ts';
import { keyColumns } from './internal.ts';

/** The keys of an account, or of all, newest first. `lastUsedAt` is exact to five seconds. */
export async function listKeys(ctx: OperatorContext, accountId: string | undefined) {
  if (accountId !== undefined) {
    const account = await findAccount(ctx, accountId);
    if (isFailure(account)) return account;
  }
  return ctx.db
    .select(keyColumns)
    .from(apiKeys)
    .where(accountId === undefined ? undefined : eq(apiKeys.accountId, accountId))
    .orderBy(desc(apiKeys.id));
}
