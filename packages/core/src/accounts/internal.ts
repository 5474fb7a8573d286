import { accounts } from '@restage/db';
import { fail } from '@restage/errors';
import { eq } from 'drizzle-orm';
import type { Context, OperatorContext } from '../context.ts';

/** What an operator sees of an account: all but its secrets. */
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

/** The account of an id that an operator gave, or NOT_FOUND. */
export async function findAccount(ctx: Pick<OperatorContext, 'db'>, id: string) {
  const [account] = await ctx.db.select(accountColumns).from(accounts).where(eq(accounts.id, id));
  return account ?? noSuchAccount(id);
}

export function noSuchAccount(id: string) {
  return fail('NOT_FOUND', `There is no account ${id}.`);
}

/** Credits in dollars, free of the tails that binary fractions grow. */
export function dollars(ctx: Context, credits: number): number {
  return Math.round(credits * ctx.settings.creditUsd * 1e6) / 1e6;
}
