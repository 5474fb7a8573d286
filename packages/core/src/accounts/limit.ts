import { accounts } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { accountColumns, findAccount, noSuchAccount } from './internal.ts';

/** Limits of an account's own. `null` goes back to the server's default, or to no spending limit. */
export interface AccountLimits {
  /** Writes and reads a minute, and jobs in flight. */
  readonly writeRpm?: number | null | undefined;
  readonly readRpm?: number | null | undefined;
  readonly concurrency?: number | null | undefined;
  /** Credits in a billing period. */
  readonly spendingLimit?: number | null | undefined;
}

/** Sets the limits that are given and leaves the others. Every process follows within five seconds. */
export async function limitAccount(ctx: OperatorContext, id: string, limits: AccountLimits) {
  if (Object.values(limits).every((limit) => limit === undefined)) return findAccount(ctx, id);
  const [account] = await ctx.db
    .update(accounts)
    .set(limits)
    .where(eq(accounts.id, id))
    .returning(accountColumns);
  return account ?? noSuchAccount(id);
}
