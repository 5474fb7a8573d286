import { getMeterId } from '@restage/contract';
import { fail } from '@restage/errors';
import { type SQL, sql } from 'drizzle-orm';
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
export async function readBalance({ db, account, now }: AccountContext): Promise<BalanceState> {
  const [row] = await db.execute<BalanceRow>(sql`
    select in_flight as "inFlight", balance, spending_limit as "spendingLimit",
      ${periodUsageSql(getBillingPeriod(now()))} as usage
    from accounts where id = ${account.id}`);
  if (!row) throw new Error(`account ${account.id} is gone`);
  return row;
}

interface BalanceRow extends BalanceState, Record<string, unknown> {}

/** The account's usage in a period, in credits: the row holds that of the last period in which it was charged. */
function periodUsageSql(period: string): SQL {
  return sql`case when period = ${period}::date then period_usage else 0 end`;
}

/**
 * The SQL that takes a job's cost from the account, counts the job in flight and records the charge in the ledger, if
 * balance, concurrency and spending limit allow it. It is the beginning of a statement's `with` list: `debited` is the
 * account's `id` and `in_flight` after it, or no row.
 * @param condition what must hold besides
 */
export function chargeAccountSql(ctx: AccountContext, charge: Charge, condition: SQL): SQL {
  return sql`
    debited as (${debitAccountSql(ctx, charge)} and ${condition} returning id, in_flight),
    charged as (${insertLedgerEntrySql(ctx, charge)})`;
}

/** One conditional UPDATE. To lock the row before it would cost the starts that wait for it a third of their rate. */
function debitAccountSql({ account, now }: AccountContext, { cost }: Charge): SQL {
  const period = getBillingPeriod(now());
  const usage = sql`${periodUsageSql(period)} + ${cost}::integer`;
  return sql`
    update accounts set balance = balance - ${cost}::integer, in_flight = in_flight + 1,
      period = ${period}::date, period_usage = ${usage}
    where id = ${account.id} and in_flight < ${account.concurrency} and balance >= ${cost}::integer
      and (${cost}::integer = 0 or spending_limit is null or ${usage} <= spending_limit)`;
}

/** The ledger's entry for the account that was `debited`. A job that costs nothing has none. */
function insertLedgerEntrySql(ctx: AccountContext, charge: Charge): SQL {
  const { id, cost, generationType, maxResolution } = charge;
  return sql`
    insert into credit_entries (account_id, generation_id, kind, credits, meter, created_at)
    select id, ${id}, 'charge', -${cost}::integer, ${getMeterId(generationType, maxResolution)},
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
