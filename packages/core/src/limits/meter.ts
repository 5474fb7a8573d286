import { rateWindows } from '@restage/db';
import { fail } from '@restage/errors';
import { eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';

/** The database's clock, in Unix milliseconds: one clock for all processes. */
const clock = sql<number>`(extract(epoch from clock_timestamp()) * 1000)::bigint`;
/** The moments of a row that the window still holds. */
const inWindow = (ctx: AccountContext) =>
  sql`select moment from unnest(${rateWindows.moments}) as moment where moment > ${clock} - ${windowOf(ctx)}`;

/** Milliseconds. */
const windowOf = (ctx: AccountContext) => ctx.settings.rateWindowSeconds * 1000;

/** Counts one write against the account's rate, or refuses it: exactly, over all processes, by one statement. */
export async function meterWrite(ctx: AccountContext) {
  const limit = ctx.account.writeRpm;
  return refuse(ctx, 'writes', limit, await admitWrite(ctx, limit));
}

/** Counts one read against the account's rate, or refuses it, in this process's memory. */
export function meterRead(ctx: AccountContext) {
  const limit = ctx.account.readRpm;
  return refuse(ctx, 'reads', limit, ctx.reads.admit(ctx.account.id, limit, ctx.now()));
}

/** @param wait milliseconds until a request would be admitted; 0, if this one was */
function refuse(ctx: AccountContext, name: 'writes' | 'reads', limit: number, wait: number) {
  if (wait === 0) return undefined;
  const seconds = Math.max(1, Math.ceil(wait / 1000));
  return fail(
    'RATE_LIMIT_EXCEEDED',
    `This account may make ${limit} ${name} a minute and has made them; the next is possible in ${seconds} s.`,
    { retryAfter: seconds, limit: { name, quota: limit, windowSeconds: ctx.settings.rateWindowSeconds } },
  );
}

async function admitWrite(ctx: AccountContext, limit: number): Promise<number> {
  const admitted = await ctx.db
    .insert(rateWindows)
    .values({ accountId: ctx.account.id, moments: sql`array[${clock}]` })
    .onConflictDoUpdate({
      target: rateWindows.accountId,
      set: { moments: sql`array_append(array(${inWindow(ctx)}), ${clock})` },
      setWhere: sql`(select count(*) from (${inWindow(ctx)}) as counted) < ${limit}`,
    })
    .returning({ accountId: rateWindows.accountId });
  if (admitted.length > 0) return 0;
  const [window] = await ctx.db
    .select({ moments: rateWindows.moments, now: clock })
    .from(rateWindows)
    .where(eq(rateWindows.accountId, ctx.account.id));
  // The request that has to leave the window first is the oldest of the newest `limit`.
  const blocking = window?.moments.at(-limit) ?? 0;
  return Math.max(1, blocking + windowOf(ctx) - Number(window?.now ?? 0));
}

/** The account's writes of the last minute. */
export async function countWrites(ctx: AccountContext): Promise<number> {
  const [window] = await ctx.db
    .select({ usage: sql<number>`(select count(*) from (${inWindow(ctx)}) as counted)::int` })
    .from(rateWindows)
    .where(eq(rateWindows.accountId, ctx.account.id));
  return window?.usage ?? 0;
}
