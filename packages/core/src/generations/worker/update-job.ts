import { type Database, generationEvents, generations } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import { changesChannel } from '../../changes.ts';
import type { Context } from '../../context.ts';
import type { Generation } from '../internal.ts';

/** What a job becomes; what is SQL may hold placeholders. */
type Change = Partial<Omit<Generation, 'attempt' | 'modifiedAt'>> & {
  readonly attempt?: SQL;
  readonly modifiedAt: Date | SQL;
};

/**
 * Changes a job, records the event and tells every process of it, in one statement: the job's row is locked until that
 * commits, so a job's events are numbered in the order in which they come to be seen.
 * @param further statements that are to be done with it, from the rows of `changed`
 * @returns the job as it is now; undefined, if `where` fits none
 */
export async function updateJob(
  ctx: Pick<Context, 'db'>,
  where: SQL | undefined,
  change: Change,
  ...further: readonly SQL[]
): Promise<Generation | undefined> {
  const [row] = await updateStatusSql(ctx.db, where, change, ...further);
  return row;
}

/** The statement of {@link updateJob}. */
export function updateStatusSql(
  db: Database,
  where: SQL | undefined,
  change: Change,
  ...further: readonly SQL[]
) {
  const changed = db.$with('changed').as(db.update(generations).set(change).where(where).returning());
  const recorded = db.$with('recorded', {}).as(sql`
    insert into ${generationEvents} (generation_id, status, progress, created_at)
    select id, status, progress, modified_at from changed`);
  const told = db
    .$with('told', {})
    .as(sql`select pg_notify(${changesChannel}, id || ' ' || status) from changed`);
  const others = further.map((statement, index) => db.$with(`further_${index}`, {}).as(statement));
  return (
    db
      .with(changed, recorded, told, ...others)
      .select()
      .from(changed)
      // A CTE that only reads is left out unless something asks for it.
      .where(sql`(select count(*) from told) > 0`)
  );
}
