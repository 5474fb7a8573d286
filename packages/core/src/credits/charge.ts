import { meterOf } from '@restage/contract';
import { accounts } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import type { Generation } from '../generations/row.ts';
import { getBillingPeriod } from './period.ts';

/** What an account is charged for. */
type Charge = Pick<Generation, 'id' | 'cost' | 'generationType' | 'maxResolution'>;

/** What {@link checkSpend} looks at; usage is that of the current period. */
export interface BalanceState {
  readonly inFlight: number;
  readonly balance: number;
  readonly spendingLimit: number | null;
  readonly usage: number;
}

/** Reads the account's balance, usage and limits. */
export async function readBalance(ctx: AccountContext): Promise<BalanceState> {
  return toBalance(ctx, await selectBalance(ctx));
}

/** {@link readBalance}, and nobody else changes it until the transaction ends. */
export async function lockBalance(ctx: AccountContext): Promise<BalanceState> {
  return toBalance(ctx, await selectBalance(ctx).for('no key update'));
}

function selectBalance({ db, account, now }: AccountContext) {
  return db
    .select({
      inFlight: accounts.inFlight,
      balance: accounts.balance,
      spendingLimit: accounts.spendingLimit,
      usage: sql<number>`${usageIn(getBillingPeriod(now()))}`,
    })
    .from(accounts)
    .where(eq(accounts.id, account.id));
}

function toBalance({ account }: AccountContext, [row]: readonly BalanceState[]): BalanceState {
  if (!row) throw new Error(`account ${account.id} is gone`);
  return row;
}

/** The SQL of the account's usage in a period: zero if its row counts another month. */
function usageIn(period: string): SQL {
  return sql`case when ${accounts.period} = ${period}::date then ${accounts.periodUsage} else 0 end`;
}

/**
 * Takes a job's cost from the account, counts the job in flight and records the charge in the ledger, in one statement.
 * @returns whether it did: not if the job isn't there, or balance, concurrency or spending limit don't allow it
 */
export async function debitAccount(ctx: AccountContext, charge: Charge): Promise<boolean> {
  const debited = await ctx.db.execute(sql`
    with debited as (${debitAccountSql(ctx, charge)}), charged as (${insertLedgerEntrySql(ctx, charge)})
    select from debited`);
  return debited.length > 0;
}

/** One conditional UPDATE, so that no two starts can spend the same credits. */
function debitAccountSql({ account, now }: AccountContext, { id, cost }: Charge): SQL {
  const period = getBillingPeriod(now());
  const usage = sql`${usageIn(period)} + ${cost}::integer`;
  return sql`
    update ${accounts} set balance = balance - ${cost}::integer, in_flight = in_flight + 1,
      period = ${period}::date, period_usage = ${usage}
    where id = ${account.id} and in_flight < ${account.concurrency} and balance >= ${cost}::integer
      and (${cost}::integer = 0 or spending_limit is null or ${usage} <= spending_limit)
      and exists (select from generations where id = ${id})
    returning id`;
}

/** The ledger's entry for the account that was `debited`. A job that costs nothing has none. */
function insertLedgerEntrySql(ctx: AccountContext, charge: Charge): SQL {
  const { id, cost, generationType, maxResolution } = charge;
  return sql`
    insert into credit_entries (account_id, generation_id, kind, credits, meter, created_at)
    select id, ${id}, 'charge', -${cost}::integer, ${meterOf(generationType, maxResolution)},
      ${new Date(ctx.now()).toISOString()}::timestamptz
    from debited where ${cost}::integer > 0`;
}

/**
 * Why the account does not allow a job of this cost, in the contract's order; undefined if it does.
 * @param maxCost the most that the caller wants to pay, in credits
 */
export function checkSpend(ctx: AccountContext, state: BalanceState, cost: number, maxCost?: number) {
  const { concurrency } = ctx.account;
  if (state.inFlight >= concurrency) {
    return fail(
      'CONCURRENT_LIMIT_EXCEEDED',
      `This account may have ${concurrency} jobs in flight, and has ${state.inFlight}. Wait for one to end.`,
      { retryAfter: 5, limit: { name: 'concurrency', quota: concurrency } },
    );
  }
  if (maxCost !== undefined && cost > maxCost) {
    return fail('MAX_COST_EXCEEDED', `The job costs ${cost} credits, and max_cost is ${maxCost}.`, {
      param: 'max_cost',
    });
  }
  const dollars = (credits: number) => `$${(credits * ctx.settings.creditUsd).toFixed(2)}`;
  if (cost > 0 && state.spendingLimit !== null && state.usage + cost > state.spendingLimit) {
    return fail(
      'HARD_LIMIT_EXCEEDED',
      `This period's usage is ${dollars(state.usage)} and the job costs ${dollars(cost)}, which would pass the spending limit of ${dollars(state.spendingLimit)}.`,
    );
  }
  if (state.balance < cost) {
    return fail(
      'INSUFFICIENT_CREDITS',
      `The job costs ${cost} credits, and the account has ${state.balance}.`,
    );
  }
  return undefined;
}
