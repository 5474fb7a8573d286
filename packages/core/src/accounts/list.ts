import { accounts } from '@restage/db';
import { desc, lt } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { accountColumns } from './internal.ts';

/**
 * Lists all accounts, newest first, for the operator.
 * @param page.after the id of the last account of the previous page
 */
export async function listAccounts(
  ctx: OperatorContext,
  page: { readonly limit: number; readonly after?: string | undefined },
) {
  return ctx.db
    .select(accountColumns)
    .from(accounts)
    .where(page.after === undefined ? undefined : lt(accounts.id, page.after))
    .orderBy(desc(accounts.id))
    .limit(page.limit);
}
