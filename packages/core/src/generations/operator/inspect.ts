import { creditEntries, generations, queueSchema } from '@restage/db';
import { fail } from '@restage/errors';
import { asc, eq, sql } from 'drizzle-orm';
import type { OperatorContext } from '../../context.ts';
import { renderDeadQueue, renderQueue } from '../../queue.ts';

/** An entry of the queue, as operators see it. */
interface Task extends Record<string, unknown> {
  readonly queue: string;
  readonly state: string;
  readonly retries: number;
  readonly createdAt: string;
}

/** Everything about a job of any account, for the operator: its row, its ledger entries, its queue entries. */
export async function inspectGeneration(ctx: OperatorContext, id: string) {
  const [[generation], entries, tasks] = await Promise.all([
    ctx.db.select().from(generations).where(eq(generations.id, id)),
    ctx.db
      .select({
        id: creditEntries.id,
        kind: creditEntries.kind,
        credits: creditEntries.credits,
        createdAt: creditEntries.createdAt,
      })
      .from(creditEntries)
      .where(eq(creditEntries.generationId, id))
      .orderBy(asc(creditEntries.id)),
    ctx.db.execute<Task>(sql`
      select name as queue, state::text as state, retry_count as retries,
             to_char(created_on at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as "createdAt"
      from ${sql.identifier(queueSchema)}.job
      where name in (${renderQueue}, ${renderDeadQueue}) and data->>'generationId' = ${id}
      order by created_on`),
  ]);
  if (!generation) return fail('JOB_NOT_FOUND', `There is no job ${id}.`);
  // The digests of the request mean nothing to a person.
  const { fingerprint: _, ...job } = generation;
  return { ...job, entries, tasks: [...tasks] };
}
