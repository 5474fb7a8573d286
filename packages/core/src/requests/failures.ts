import type { FailureCounts } from '@restage/contract';
import { requestLog } from '@restage/db';
import { isErrorCode } from '@restage/errors';
import { and, count, desc, eq, gte, isNotNull, max } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';

const hourMs = 3_600_000;
const weekMs = 7 * 24 * hourMs;

/** How often each code was answered to the account in the last 7 days, to the hour, the most frequent first. */
export async function countFailures(ctx: AccountContext): Promise<FailureCounts> {
  const since = new Date(Math.floor((ctx.now() - weekMs) / hourMs) * hourMs);
  const rows = await ctx.db
    .select({ code: requestLog.code, count: count(), lastAt: max(requestLog.at) })
    .from(requestLog)
    .where(
      and(eq(requestLog.accountId, ctx.account.id), isNotNull(requestLog.code), gte(requestLog.at, since)),
    )
    .groupBy(requestLog.code)
    .orderBy(desc(count()), requestLog.code);
  return {
    since: since.toISOString(),
    failures: rows.flatMap(({ code, count: times, lastAt }) =>
      // A row that a newer version wrote may have a code that this one does not know.
      isErrorCode(code) && lastAt ? [{ code, count: times, last_at: lastAt.toISOString() }] : [],
    ),
  };
}
