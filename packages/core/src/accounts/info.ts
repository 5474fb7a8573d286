import type { AccountInfo } from '@restage/contract';
import { accounts } from '@restage/db';
import { eq } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { countWrites } from '../limits/meter.ts';
import { toDollars } from './internal.ts';

/** Returns the account of the key, and how much of its limits is in use. */
export async function accountInfo(ctx: AccountContext): Promise<AccountInfo> {
  const [[row], writes] = await Promise.all([
    ctx.db.select().from(accounts).where(eq(accounts.id, ctx.account.id)),
    countWrites(ctx),
  ]);
  if (!row) throw new Error(`account ${ctx.account.id} is gone`);
  return {
    email: row.email,
    billing_type: row.billingType,
    spending_limit: row.spendingLimit === null ? null : toDollars(ctx, row.spendingLimit),
    rate_limits: {
      rpm: { usage: writes, limit: ctx.account.writeRpm },
      concurrency: { usage: row.inFlight, limit: ctx.account.concurrency },
    },
  };
}
