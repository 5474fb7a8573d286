import { creditEntries } from '@restage/db';
import { isFailure } from '@restage/errors';
import { and, desc, eq, lt } from 'drizzle-orm';
import { findAccount } from '../accounts/internal.ts';
import type { OperatorContext } from '../context.ts';

/**
 * An account's ledger, newest entry first. NOT_FOUND for an account that isn't there.
 * @param page.before the id of the last entry of the page before
 */
export async function creditHistory(
  ctx: OperatorContext,
  accountId: string,
  page: { readonly limit: number; readonly before?: number | undefined },
) {
  const account = await findAccount(ctx, accountId);
  if (isFailure(account)) return account;
  return ctx.db
    .select({
      id: creditEntries.id,
      kind: creditEntries.kind,
      credits: creditEntries.credits,
      generationId: creditEntries.generationId,
      meter: creditEntries.meter,
      note: creditEntries.note,
      createdAt: creditEntries.createdAt,
    })
    .from(creditEntries)
    .where(
      and(
        eq(creditEntries.accountId, accountId),
        page.before === undefined ? undefined : lt(creditEntries.id, page.before),
      ),
    )
    .orderBy(desc(creditEntries.id))
    .limit(page.limit);
}
