import { filenameType, type Job, type JobStatus, limits } from '@restage/contract';
import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { and, eq } from 'drizzle-orm';
import type { AccountContext, Context } from '../context.ts';

/** A job as its row has it. */
export type Generation = typeof generations.$inferSelect;

/** The account's job, or the same answer for one that isn't there and one that is another's. */
export async function findGeneration(ctx: AccountContext, id: string) {
  const [generation] = await ctx.db
    .select()
    .from(generations)
    .where(and(eq(generations.id, id), eq(generations.accountId, ctx.account.id)));
  return generation ?? noSuchJob();
}

/** The answer for a job that isn't there, or isn't the caller's. */
export function noSuchJob() {
  return fail('JOB_NOT_FOUND', 'This account has no job with that id.', { param: 'id' });
}

/** Whether nothing will happen to a job any more. */
export function hasEnded(status: JobStatus): boolean {
  return status !== 'in_queue' && status !== 'processing';
}

/** What a client sees of a job, with fresh signed URLs. */
export function toJob(ctx: Context, generation: Generation): Job {
  const expiresAt = new Date(ctx.now() + limits.downloadUrlSeconds * 1000);
  const url = (key: string) => ctx.urls.sign({ method: 'GET', path: `/files/${key}`, expiresAt });
  const { outputs } = generation;
  return {
    id: generation.id,
    status: generation.status,
    progress: generation.progress,
    generation_type: generation.generationType,
    alpha_mode: generation.alphaMode,
    output: outputs && {
      render: url(outputs.render),
      source: url(outputs.source),
      alpha: url(outputs.alpha),
    },
    seed: generation.seed,
    error: generation.error,
    created_at: generation.createdAt.toISOString(),
    modified_at: generation.modifiedAt.toISOString(),
    completed_at: generation.completedAt?.toISOString() ?? null,
    ...(generation.callbackUrl !== null && {
      webhook: { status: 'pending' as const, attempts: 0, last_error: null },
    }),
  };
}

/** The media type that a blob of a job is served as, by its name. */
export function outputType(key: string): string {
  return filenameType(key);
}
