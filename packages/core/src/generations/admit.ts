import { accounts } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, gte, lt, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';

/** The billing period that a moment lies in: the first day of its calendar month, UTC, as `YYYY-MM-DD`. */
export function periodOf(now: number): string {
  return `${new Date(now).toISOString().slice(0, 7)}-01`;
}

/** The account's usage in the period, as SQL: what the row says, or nothing if it speaks of another month. */
const usageIn = (period: string) =>
  sql`case when ${accounts.period} = ${period} then ${accounts.periodUsage} else 0 end`;

/**
 * Takes the charge from the account and counts the job in flight, if concurrency, balance and spending limit
 * allow it: one conditional statement, so that no two starts can pass on the same credits.
 * @returns whether the account allowed it
 */
export async function takeFromAccount(ctx: AccountContext, cost: number): Promise<boolean> {
  const period = periodOf(ctx.now());
  const taken = await ctx.db
    .update(accounts)
    .set({
      balance: sql`${accounts.balance} - ${cost}`,
      inFlight: sql`${accounts.inFlight} + 1`,
      period,
      periodUsage: sql`${usageIn(period)} + ${cost}`,
    })
    .where(
      and(
        eq(accounts.id, ctx.account.id),
        lt(accounts.inFlight, ctx.account.concurrency),
        gte(accounts.balance, cost),
        sql`(${cost} = 0 or ${accounts.spendingLimit} is null or ${usageIn(period)} + ${cost} <= ${accounts.spendingLimit})`,
      ),
    )
    .returning({ id: accounts.id });
  return taken.length > 0;
}

/** The account as {@link refuseCost} judges it; usage is that of the current period. */
export interface Standing {
  readonly inFlight: number;
  readonly balance: number;
  readonly spendingLimit: number | null;
  readonly usage: number;
}

/** Reads how the account stands. */
export async function readStanding(ctx: AccountContext): Promise<Standing> {
  const [row] = await ctx.db
    .select({
      inFlight: accounts.inFlight,
      balance: accounts.balance,
      spendingLimit: accounts.spendingLimit,
      usage: sql<number>`${usageIn(periodOf(ctx.now()))}`,
    })
    .from(accounts)
    .where(eq(accounts.id, ctx.account.id));
  if (!row) throw new Error(`account ${ctx.account.id} is gone`);
  return row;
}

/** {@link takeFromAccount}, or why not: asked again as long as the account changes in between. */
export async function takeOrRefuse(ctx: AccountContext, cost: number, maxCost: number | undefined) {
  for (;;) {
    const refusal = refuseCost(ctx, await readStanding(ctx), cost, maxCost);
    if (refusal) return refusal;
    if (await takeFromAccount(ctx, cost)) return undefined;
  }
}

/**
 * Why the account does not allow a job of this cost, in the contract's order; undefined if it does.
 * @param maxCost the most that the caller would pay, in credits
 */
export function refuseCost(ctx: AccountContext, row: Standing, cost: number, maxCost: number | undefined) {
  const { concurrency } = ctx.account;
  if (row.inFlight >= concurrency) {
    return fail(
      'CONCURRENT_LIMIT_EXCEEDED',
      `This account may have ${concurrency} jobs in flight, and has ${row.inFlight}. Wait for one to end.`,
      { retryAfter: 5, limit: { name: 'concurrency', quota: concurrency } },
    );
  }
  if (maxCost !== undefined && cost > maxCost) {
    return fail('MAX_COST_EXCEEDED', `The job costs ${cost} credits, and max_cost is ${maxCost}.`, {
      param: 'max_cost',
    });
  }
  const dollars = (credits: number) => `$${(credits * ctx.settings.creditUsd).toFixed(2)}`;
  if (cost > 0 && row.spendingLimit !== null && row.usage + cost > row.spendingLimit) {
    return fail(
      'HARD_LIMIT_EXCEEDED',
      `This period's usage is ${dollars(row.usage)} and the job costs ${dollars(cost)}, which would pass the spending limit of ${dollars(row.spendingLimit)}.`,
    );
  }
  if (row.balance < cost) {
    return fail('INSUFFICIENT_CREDITS', `The job costs ${cost} credits, and the account has ${row.balance}.`);
  }
  return undefined;
}
