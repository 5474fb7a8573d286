import { rateWindows } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';

/** What counting needs of a request. */
type MeterContext = Pick<AccountContext, 'db' | 'settings' | 'account'>;

/** The database's clock in Unix milliseconds: the same for all processes. */
const databaseClock = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
/** The times of a row that are within the window. */
const selectMomentsInWindow = (ctx: MeterContext) =>
  sql`select moment from unnest(${rateWindows.moments}) as moment where moment > ${databaseClock} - ${getWindowMs(ctx)}`;

/** Milliseconds. */
const getWindowMs = (ctx: MeterContext) => ctx.settings.rateWindowSeconds * 1000;

/** Counts a write against the account's rate limit, or refuses it: exact over all processes, in one statement. */
export async function meterWrite(ctx: MeterContext) {
  const limit = ctx.account.writeRpm;
  return rateLimitExceeded(ctx, 'writes', limit, await countWrite(ctx, limit));
}

/** Counts a read against the account's rate limit, or refuses it, in this process's memory. */
export function meterRead(ctx: AccountContext) {
  const limit = ctx.account.readRpm;
  return rateLimitExceeded(ctx, 'reads', limit, ctx.reads.count(ctx.account.id, limit, ctx.now()));
}

/** @param waitMs until the next request is allowed; 0 if this one was */
function rateLimitExceeded(ctx: MeterContext, name: 'writes' | 'reads', limit: number, waitMs: number) {
  if (waitMs === 0) return undefined;
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return fail(
    'RATE_LIMIT_EXCEEDED',
    `This account may make ${limit} ${name} a minute and has made them; the next is possible in ${seconds} s.`,
    { retryAfter: seconds, limit: { name, quota: limit, windowSeconds: ctx.settings.rateWindowSeconds } },
  );
}

async function countWrite(ctx: MeterContext, limit: number): Promise<number> {
  const counted = await ctx.db
    .insert(rateWindows)
    .values({ accountId: ctx.account.id, moments: sql`array[${databaseClock}]` })
    .onConflictDoUpdate({
      target: rateWindows.accountId,
      set: { moments: sql`array_append(array(${selectMomentsInWindow(ctx)}), ${databaseClock})` },
      setWhere: sql`(select count(*) from (${selectMomentsInWindow(ctx)}) as counted) < ${limit}`,
    })
    .returning({ accountId: rateWindows.accountId });
  if (counted.length > 0) return 0;
  const [window] = await ctx.db
    .select({ moments: rateWindows.moments, now: databaseClock })
    .from(rateWindows)
    .where(eq(rateWindows.accountId, ctx.account.id));
  // The next write is allowed once the oldest of the newest `limit` writes leaves the window.
  const blocking = window?.moments.at(-limit) ?? 0;
  return Math.max(1, blocking + getWindowMs(ctx) - Number(window?.now ?? 0));
}

/** Counts the account's writes of the last minute. */
export async function countWrites(ctx: MeterContext): Promise<number> {
  const [window] = await ctx.db
    .select({ usage: sql<number>`(select count(*) from (${selectMomentsInWindow(ctx)}) as counted)::int` })
    .from(rateWindows)
    .where(eq(rateWindows.accountId, ctx.account.id));
  return window?.usage ?? 0;
}
