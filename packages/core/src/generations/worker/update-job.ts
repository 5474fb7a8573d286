import { type Database, generationEvents, generations } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import { changesChannel } from '../../changes.ts';
import type { Context } from '../../context.ts';
import type { Generation } from '../row.ts';

/** The columns to set; SQL may hold placeholders. */
type Change = Partial<Omit<Generation, 'attempt' | 'modifiedAt'>> & {
  readonly attempt?: SQL;
  readonly modifiedAt: Date | SQL;
};

/**
 * Updates a job, records the event and notifies every process, in one statement: the job's row is locked until that
 * commits, so the numbers of a job's events rise in the order in which they become visible.
 * @param others statements to run with it, which may read the row from `updated`
 * @returns the job's new row; undefined if `where` matches none
 */
export async function updateJob(
  ctx: Pick<Context, 'db'>,
  where: SQL | undefined,
  change: Change,
  ...others: readonly SQL[]
): Promise<Generation | undefined> {
  const [row] = await updateStatusSql(ctx.db, where, change, ...others);
  return row;
}

/** The statement of {@link updateJob}. */
export function updateStatusSql(
  db: Database,
  where: SQL | undefined,
  change: Change,
  ...others: readonly SQL[]
) {
  const updated = db.$with('updated').as(db.update(generations).set(change).where(where).returning());
  const recorded = db.$with('recorded', {}).as(sql`
    insert into ${generationEvents} (generation_id, status, progress, created_at)
    select id, status, progress, modified_at from updated`);
  const notified = db
    .$with('notified', {})
    .as(sql`select pg_notify(${changesChannel}, id || ' ' || status) from updated`);
  const more = others.map((statement, index) => db.$with(`other_${index}`, {}).as(statement));
  return (
    db
      .with(updated, recorded, notified, ...more)
      .select()
      .from(updated)
      // PostgreSQL skips a CTE that only reads unless something refers to it.
      .where(sql`(select count(*) from notified) > 0`)
  );
}
