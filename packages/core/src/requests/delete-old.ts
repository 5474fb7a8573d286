import { requestLog } from '@restage/db';
import { inArray, lt } from 'drizzle-orm';
import type { Context } from '../context.ts';

/** Rows of one statement, which then locks and writes little at a time. */
const batchRows = 5000;

/** Deletes what is older than the log is kept. @returns how many rows */
export async function deleteOldRequests(ctx: Pick<Context, 'db' | 'settings' | 'now'>): Promise<number> {
  const { keepRequestsHours } = ctx.settings;
  if (keepRequestsHours === 0) return 0;
  const before = new Date(ctx.now() - keepRequestsHours * 3_600_000);
  for (let deleted = 0; ; ) {
    const old = ctx.db
      .select({ sequence: requestLog.sequence })
      .from(requestLog)
      .where(lt(requestLog.at, before))
      .limit(batchRows);
    const rows = await ctx.db
      .delete(requestLog)
      .where(inArray(requestLog.sequence, old))
      .returning({ sequence: requestLog.sequence });
    deleted += rows.length;
    if (rows.length < batchRows) return deleted;
  }
}
