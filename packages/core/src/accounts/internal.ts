import { accounts } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, sql } from 'drizzle-orm';
import type { Context, OperatorContext } from '../context.ts';

/** The columns of an account for the operator: all but its secrets. */
export const accountColumns = {
  id: accounts.id,
  email: accounts.email,
  balance: accounts.balance,
  inFlight: accounts.inFlight,
  period: accounts.period,
  periodUsage: accounts.periodUsage,
  spendingLimit: accounts.spendingLimit,
  writeRpm: accounts.writeRpm,
  readRpm: accounts.readRpm,
  concurrency: accounts.concurrency,
  createdAt: accounts.createdAt,
} as const;

/** Finds an account by id, for the operator, or NOT_FOUND. */
export async function findAccount(ctx: Pick<OperatorContext, 'db'>, id: string) {
  const [account] = await ctx.db.select(accountColumns).from(accounts).where(eq(accounts.id, id));
  return account ?? accountNotFound(id);
}

export function accountNotFound(id: string) {
  return fail('NOT_FOUND', `There is no account ${id}.`);
}

/** Converts credits to dollars, rounded to 6 decimals. */
export function toDollars(ctx: Context, credits: number): number {
  return Math.round(credits * ctx.settings.creditUsd * 1e6) / 1e6;
}

/** The meter of a row of `generations`, as `getMeterId` gives it. */
export const meterSql = sql`'api_' || generation_type || '_' || max_resolution || 'p'`;
