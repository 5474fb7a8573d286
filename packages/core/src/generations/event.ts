import type { JobStatus } from '@restage/contract';
import { generationEvents, generations } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import { changesChannel } from '../changes.ts';
import type { Context } from '../context.ts';
import type { Generation } from './internal.ts';

/** A state of a job, or a step of its progress. */
interface Event {
  readonly id: string;
  readonly status: JobStatus;
  readonly progress: number;
}

/**
 * Changes a job, records the event and tells every process of it. Call it inside a transaction: the job's row
 * is locked until that commits, so a job's events are numbered in the order in which they come to be seen.
 * @returns the job as it is now; undefined, if `where` fits none
 */
export async function changeGeneration(
  ctx: Context,
  where: SQL | undefined,
  change: Partial<Omit<Generation, 'attempt'>> & { readonly attempt?: SQL },
): Promise<Generation | undefined> {
  const [changed] = await ctx.db.update(generations).set(change).where(where).returning();
  if (changed) await recordEvent(ctx, changed);
  return changed;
}

/** Records what a job has come to, and tells every process, when the transaction commits. */
export async function recordEvent(ctx: Pick<Context, 'db' | 'now'>, event: Event): Promise<void> {
  const { id, status, progress } = event;
  const now = new Date(ctx.now()).toISOString();
  await ctx.db.execute(sql`
    with recorded as (
      insert into ${generationEvents} (generation_id, status, progress, created_at)
      values (${id}, ${status}, ${progress}::integer, ${now}::timestamptz)
    )
    select pg_notify(${changesChannel}, ${`${id} ${status}`})`);
}
