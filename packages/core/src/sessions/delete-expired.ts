import { consoleSessions, consoleTickets } from '@restage/db';
import { inArray, lte } from 'drizzle-orm';
import type { Context } from '../context.ts';

/** Rows of one statement, which then locks and writes little at a time. */
const batchRows = 5000;

/** Deletes expired console sessions and tickets. @returns how many rows */
export async function deleteExpiredSessions(ctx: Pick<Context, 'db' | 'now'>): Promise<number> {
  const now = new Date(ctx.now());
  let deleted = 0;
  for (const table of [consoleSessions, consoleTickets]) {
    for (let rows = batchRows; rows === batchRows; deleted += rows) {
      const expired = ctx.db
        .select({ hash: table.hash })
        .from(table)
        .where(lte(table.expiresAt, now))
        .limit(batchRows);
      rows = (await ctx.db.delete(table).where(inArray(table.hash, expired)).returning({ hash: table.hash }))
        .length;
    }
  }
  return deleted;
}
