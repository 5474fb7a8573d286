import { meterOf } from '@restage/contract';
import { accounts } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import type { Generation } from '../generations/internal.ts';

/** The billing period that a moment lies in: the first day of its calendar month, UTC, as `YYYY-MM-DD`. */
export function getBillingPeriod(now: number): string {
  return `${new Date(now).toISOString().slice(0, 7)}-01`;
}

/** The account's usage in the period, as SQL: what the row says, or nothing if it speaks of another month. */
const usageIn = (period: string) =>
  sql`case when ${accounts.period} = ${period} then ${accounts.periodUsage} else 0 end`;

/** What a charge is for. */
type Charged = Pick<Generation, 'id' | 'cost' | 'generationType' | 'maxResolution'>;

/**
 * The SQL that takes a job's charge from the account and counts the job in flight, if concurrency, balance and spending
 * limit allow it: one conditional statement, so that no two starts can pass on the same credits. It gives the account's
 * id and the jobs it has in flight now, or no row.
 */
export function debitAccountSql(ctx: AccountContext, { cost }: Charged): SQL {
  const { id, concurrency } = ctx.account;
  const period = sql`${getBillingPeriod(ctx.now())}::date`;
  const usage = sql`case when period = ${period} then period_usage else 0 end`;
  return sql`
    update accounts set balance = balance - ${cost}::integer, in_flight = in_flight + 1, period = ${period},
      period_usage = ${usage} + ${cost}::integer
    where id = ${id} and in_flight < ${concurrency} and balance >= ${cost}::integer
      and (${cost}::integer = 0 or spending_limit is null or ${usage} + ${cost}::integer <= spending_limit)
    returning id, in_flight`;
}

/** The SQL of the ledger's entry for a charge that was `taken` under this name. A job that costs nothing has none. */
export function insertLedgerEntrySql(
  ctx: AccountContext,
  { id, cost, generationType, maxResolution }: Charged,
): SQL {
  return sql`
    insert into credit_entries (account_id, generation_id, kind, credits, meter, created_at)
    select id, ${id}, 'charge', -${cost}::integer, ${meterOf(generationType, maxResolution)},
      ${new Date(ctx.now()).toISOString()}::timestamptz
    from taken where ${cost}::integer > 0`;
}

/**
 * Charges the account for a job, if it allows that.
 * @returns whether it did
 */
export async function chargeAccount(ctx: AccountContext, job: Charged): Promise<boolean> {
  const taken = await ctx.db.execute(sql`
    with taken as (${debitAccountSql(ctx, job)}), entered as (${insertLedgerEntrySql(ctx, job)}) select id from taken`);
  return taken.length > 0;
}

/** The account as {@link checkSpend} judges it; usage is that of the current period. */
export interface BalanceState {
  readonly inFlight: number;
  readonly balance: number;
  readonly spendingLimit: number | null;
  readonly usage: number;
}

/** Reads how the account stands. */
export async function readBalance(ctx: AccountContext): Promise<BalanceState> {
  const [row] = await ctx.db
    .select({
      inFlight: accounts.inFlight,
      balance: accounts.balance,
      spendingLimit: accounts.spendingLimit,
      usage: sql<number>`${usageIn(getBillingPeriod(ctx.now()))}`,
    })
    .from(accounts)
    .where(eq(accounts.id, ctx.account.id));
  if (!row) throw new Error(`account ${ctx.account.id} is gone`);
  return row;
}

/** {@link chargeAccount}, or why not: asked again as long as the account changes in between. */
export async function chargeOrRefuse(ctx: AccountContext, job: Charged, maxCost: number | undefined) {
  for (;;) {
    const refusal = checkSpend(ctx, await readBalance(ctx), job.cost, maxCost);
    if (refusal) return refusal;
    if (await chargeAccount(ctx, job)) return undefined;
  }
}

/**
 * Why the account does not allow a job of this cost, in the contract's order; undefined if it does.
 * @param maxCost the most that the caller would pay, in credits
 */
export function checkSpend(
  ctx: AccountContext,
  row: BalanceState,
  cost: number,
  maxCost: number | undefined,
) {
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
