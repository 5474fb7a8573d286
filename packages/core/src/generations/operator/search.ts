import type { JobStatus } from '@restage/contract';
import { generations } from '@restage/db';
import { and, desc, eq, lt } from 'drizzle-orm';
import type { OperatorContext } from '../../context.ts';

/** Which jobs an operator searches for; a field that is absent is no condition. */
export interface JobFilter {
  readonly accountId?: string | undefined;
  readonly status?: JobStatus | undefined;
  readonly limit: number;
  /** The id of the last job of the page before. */
  readonly after?: string | undefined;
}

/** Jobs of all accounts, newest first. */
export async function searchGenerations(ctx: OperatorContext, filter: JobFilter) {
  const { accountId, status, after } = filter;
  return ctx.db
    .select({
      id: generations.id,
      accountId: generations.accountId,
      status: generations.status,
      progress: generations.progress,
      generationType: generations.generationType,
      maxResolution: generations.maxResolution,
      cost: generations.cost,
      attempt: generations.attempt,
      error: generations.error,
      createdAt: generations.createdAt,
      completedAt: generations.completedAt,
      sweptAt: generations.sweptAt,
    })
    .from(generations)
    .where(
      and(
        accountId === undefined ? undefined : eq(generations.accountId, accountId),
        status === undefined ? undefined : eq(generations.status, status),
        after === undefined ? undefined : lt(generations.id, after),
      ),
    )
    .orderBy(desc(generations.id))
    .limit(filter.limit);
}
