import { isId, type JobPage, type VerbInput } from '@restage/contract';
import { generations } from '@restage/db';
import { isFailure } from '@restage/errors';
import { and, desc, eq, gte, lt } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { invalidPageToken } from '../pages.ts';
import { presentJobs } from './present.ts';

/** A page of the account's jobs, newest first; paged as {@link selectJobPage} says. */
export async function listGenerations(ctx: AccountContext, input: VerbInput<'generations.list'>) {
  const selected = await selectJobPage(ctx, input);
  if (isFailure(selected)) return selected;
  const page: JobPage = {
    jobs: await presentJobs(ctx, selected.rows),
    next_page_token: selected.nextPageToken,
  };
  return page;
}

/**
 * The rows of a page of the account's jobs, newest first. The page token is the id of the last job of the page before:
 * ids sort by time, so jobs that arrive meanwhile shift nothing.
 */
export async function selectJobPage(ctx: AccountContext, input: VerbInput<'generations.list'>) {
  const { limit, page_token: after, status, generation_type: type } = input;
  const { created_after: since, created_before: until } = input;
  if (after !== undefined && !isId('generation', after)) {
    return invalidPageToken();
  }
  const rows = await ctx.db
    .select()
    .from(generations)
    .where(
      and(
        eq(generations.accountId, ctx.account.id),
        after === undefined ? undefined : lt(generations.id, after),
        status === undefined ? undefined : eq(generations.status, status),
        type === undefined ? undefined : eq(generations.generationType, type),
        since === undefined ? undefined : gte(generations.createdAt, new Date(since)),
        until === undefined ? undefined : lt(generations.createdAt, new Date(until)),
      ),
    )
    .orderBy(desc(generations.id))
    .limit(limit + 1);
  const page = rows.slice(0, limit);
  return { rows: page, nextPageToken: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}
