import { accounts } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import { accountColumns, accountNotFound, findAccount } from './internal.ts';

/** The limits of an account. `null` restores the server's default, or removes the spending limit. */
export interface AccountLimits {
  /** Writes and reads a minute, and jobs in flight. */
  readonly writeRpm?: number | null | undefined;
  readonly readRpm?: number | null | undefined;
  readonly concurrency?: number | null | undefined;
  /** Credits in a billing period. */
  readonly spendingLimit?: number | null | undefined;
}

/** Sets the given limits and keeps the others. Every process applies them within five seconds. */
export async function limitAccount(ctx: OperatorContext, id: string, limits: AccountLimits) {
  if (Object.values(limits).every((limit) => limit === undefined)) return findAccount(ctx, id);
  const [account] = await ctx.db
    .update(accounts)
    .set(limits)
    .where(eq(accounts.id, id))
    .returning(accountColumns);
  return account ?? accountNotFound(id);
}
