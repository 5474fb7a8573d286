import { isId, type JobPage, type VerbInput } from '@restage/contract';
import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { presentJobs } from './present.ts';

/**
 * A page of the account's jobs, newest first. The page token is the id of the last job of the page before:
 * ids sort by time, so jobs that arrive meanwhile shift nothing.
 */
export async function listGenerations(ctx: AccountContext, input: VerbInput<'generations.list'>) {
  const { limit, page_token: after } = input;
  if (after !== undefined && !isId('generation', after)) {
    return fail('INVALID_REQUEST', 'page_token must be the next_page_token of an earlier page.', {
      param: 'page_token',
    });
  }
  const rows = await ctx.db
    .select()
    .from(generations)
    .where(
      and(
        eq(generations.accountId, ctx.account.id),
        after === undefined ? undefined : lt(generations.id, after),
      ),
    )
    .orderBy(desc(generations.id))
    .limit(limit + 1);
  const jobs = rows.slice(0, limit);
  const page: JobPage = {
    jobs: await presentJobs(ctx, jobs),
    next_page_token: rows.length > limit ? (jobs.at(-1)?.id ?? null) : null,
  };
  return page;
}
