import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { deleteOldRequests } from '../requests/delete-old.ts';
import { deleteExpiredSessions } from '../sessions/delete-expired.ts';
import { deleteOrphanedFiles } from './orphans.ts';
import { deleteExpiredOutputs } from './outputs.ts';
import { deleteStaleScratch } from './scratch.ts';
import { deleteExpiredUploads } from './uploads.ts';

/** How much a cleanup deleted. */
export interface CleanupResult {
  /** Jobs whose outputs expired. */
  readonly jobs: number;
  readonly uploads: number;
  /** Files and folders that belonged to nothing any more: inputs of finished jobs, and remains of crashes. */
  readonly orphans: number;
  /** Rows of the request log. */
  readonly requests: number;
  /** Console sessions and tickets that had expired. */
  readonly sessions: number;
}

/** The advisory lock that the process that cleans up holds. Arbitrary, but the same in every version. */
const cleanupLockId = 7_378_244;

/**
 * Deletes expired and orphaned files. Changes rows first and deletes files afterwards, so a crash in between leaves files
 * that the next cleanup finds. Any process may call it at any time.
 * @param signal stops it early, between batches
 * @returns how much was deleted, or `busy` if another process is cleaning up
 */
export async function cleanUp(ctx: Context, signal?: AbortSignal): Promise<CleanupResult | 'busy'> {
  // This transaction holds only the lock, no snapshot and no row; the work is done outside it. It ends with its
  // connection, so a killed process blocks nobody.
  return ctx.db.transaction(async (db) => {
    await db.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    const [lock] = await db.execute<{ taken: boolean }>(
      sql`select pg_try_advisory_xact_lock(${cleanupLockId}) as taken`,
    );
    if (!lock?.taken) return 'busy';
    const jobs = await deleteExpiredOutputs(ctx, signal);
    const uploads = await deleteExpiredUploads(ctx, signal);
    const orphans = (await deleteOrphanedFiles(ctx, signal)) + (await deleteStaleScratch(ctx, signal));
    const requests = await deleteOldRequests(ctx);
    const sessions = await deleteExpiredSessions(ctx);
    const result = { jobs, uploads, orphans, requests, sessions };
    if (Object.values(result).some((count) => count > 0)) ctx.log.info(result, 'cleanup_done');
    return result;
  });
}
