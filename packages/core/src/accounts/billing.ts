import { type AccountBilling, type MeterId, meters } from '@restage/contract';
import { accounts, creditEntries, generations } from '@restage/db';
import { and, eq, gte, isNotNull, lt, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { getBillingPeriod } from '../credits/period.ts';
import { toDollars } from './internal.ts';

/** Returns the balance, and the current period's usage by meter, from the ledger. A refund cancels its charge. */
export async function accountBilling(ctx: AccountContext): Promise<AccountBilling> {
  const start = new Date(`${getBillingPeriod(ctx.now())}T00:00:00Z`);
  const end = new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1, 1));
  const [[account], used] = await Promise.all([
    ctx.db.select({ balance: accounts.balance }).from(accounts).where(eq(accounts.id, ctx.account.id)),
    ctx.db
      .select({ meter: creditEntries.meter, credits: sql<number>`-sum(${creditEntries.credits})::int` })
      .from(creditEntries)
      .innerJoin(generations, eq(generations.id, creditEntries.generationId))
      .where(
        and(
          eq(creditEntries.accountId, ctx.account.id),
          isNotNull(creditEntries.meter),
          gte(generations.createdAt, start),
          lt(generations.createdAt, end),
        ),
      )
      .groupBy(creditEntries.meter),
  ]);
  if (!account) throw new Error(`account ${ctx.account.id} is gone`);
  const usage = new Map(used.map((row) => [row.meter, row.credits]));
  const ids = Object.keys(meters) as MeterId[];
  const total = ids.reduce((sum, id) => sum + (usage.get(id) ?? 0), 0);
  return {
    billing_period_start: start.getTime() / 1000,
    billing_period_end: end.getTime() / 1000,
    prepaid_balance: toDollars(ctx, account.balance),
    current_period_usage: toDollars(ctx, total),
    meters: ids.map((id) => ({
      id,
      label: meters[id].label,
      unit: 'credits' as const,
      total_usage: usage.get(id) ?? 0,
    })),
  };
}
