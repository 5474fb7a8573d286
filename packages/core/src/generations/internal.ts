import type { JobStatus } from '@restage/contract';
import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { prepared } from '../prepared.ts';

/** A job as its row has it. */
export type Generation = typeof generations.$inferSelect;

const jobOfAccount = prepared((db) =>
  db
    .select()
    .from(generations)
    .where(
      and(eq(generations.id, sql.placeholder('id')), eq(generations.accountId, sql.placeholder('accountId'))),
    )
    .prepare('job_of_account'),
);

/** The account's job, or the same answer for one that isn't there and one that is another's. */
export async function findGeneration(ctx: AccountContext, id: string) {
  const [generation] = await jobOfAccount(ctx.db).execute({ id, accountId: ctx.account.id });
  return generation ?? noSuchJob();
}

/** The answer for a job that isn't there, or isn't the caller's. */
export function noSuchJob() {
  return fail('JOB_NOT_FOUND', 'This account has no job with that id.', { param: 'id' });
}

/** Whether nothing will happen to a job any more. */
export function isTerminal(status: JobStatus): boolean {
  return status !== 'in_queue' && status !== 'processing';
}
