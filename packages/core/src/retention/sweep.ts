import { sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { sweepLeftovers } from './leftovers.ts';
import { sweepOutputs } from './outputs.ts';
import { sweepScratch } from './scratch.ts';
import { sweepUploads } from './uploads.ts';

/** How much a sweep removed. */
export interface Swept {
  /** Jobs whose outputs were kept long enough. */
  readonly jobs: number;
  readonly uploads: number;
  /** Files and folders that belonged to nothing any more: inputs of ended jobs, and what crashes left. */
  readonly leftovers: number;
}

/** Any number, the same in every version: the advisory lock that one process sweeps under. */
const sweepersLock = 7_378_244;

/**
 * Removes what has been kept long enough, and what belongs to nothing. Rows change first and files go after, so a
 * crash in between leaves files that the next sweep finds. May be called in any process at any time.
 * @param signal ends it early, between batches
 * @returns what was removed, or `busy` when another process is at it
 */
export async function sweep(ctx: Context, signal?: AbortSignal): Promise<Swept | 'busy'> {
  // This transaction holds the lock and nothing else: no snapshot, no row. It ends with its connection, so a
  // killed sweeper blocks nobody. The work is done beside it.
  return ctx.db.transaction(async (db) => {
    await db.execute(sql`set local idle_in_transaction_session_timeout = 0`);
    const [lock] = await db.execute<{ taken: boolean }>(
      sql`select pg_try_advisory_xact_lock(${sweepersLock}) as taken`,
    );
    if (!lock?.taken) return 'busy';
    const jobs = await sweepOutputs(ctx, signal);
    const uploads = await sweepUploads(ctx, signal);
    const leftovers = (await sweepLeftovers(ctx, signal)) + (await sweepScratch(ctx, signal));
    if (jobs + uploads + leftovers > 0) ctx.log.info({ jobs, uploads, leftovers }, 'swept');
    return { jobs, uploads, leftovers };
  });
}
