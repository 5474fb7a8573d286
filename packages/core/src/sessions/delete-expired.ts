import { consoleSessions, consoleTickets } from '@restage/db';
import { lte } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { deleteInBatches } from '../retention/delete-in-batches.ts';

/** Deletes expired console sessions and tickets. @returns how many rows */
export async function deleteExpiredSessions(ctx: Pick<Context, 'db' | 'now'>): Promise<number> {
  const now = new Date(ctx.now());
  const sessions = await deleteInBatches(ctx.db, consoleSessions.hash, lte(consoleSessions.expiresAt, now));
  const tickets = await deleteInBatches(ctx.db, consoleTickets.hash, lte(consoleTickets.expiresAt, now));
  return sessions + tickets;
}
