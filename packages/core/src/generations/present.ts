import { type Job, limits, type Output } from '@restage/contract';
import type { StoredOutputs } from '@restage/db';
import type { Context } from '../context.ts';
import { findWebhooks } from '../webhooks/state.ts';
import type { JobRow } from './row.ts';

/** A job's outputs, as new signed URLs. */
export function toOutput(ctx: Context, outputs: StoredOutputs): Output {
  const expiresAt = new Date(ctx.now() + limits.downloadUrlSeconds * 1000);
  const url = (key: string) => ctx.urls.sign({ method: 'GET', path: `/files/${key}`, expiresAt });
  return { render: url(outputs.render), source: url(outputs.source), alpha: url(outputs.alpha) };
}

/**
 * What a client sees of a job, with new signed URLs.
 * @param webhook the state of its webhook; absent if nothing has been sent yet
 */
export function toJob(ctx: Context, generation: JobRow, webhook?: Job['webhook']): Job {
  const { outputs } = generation;
  return {
    id: generation.id,
    status: generation.status,
    progress: generation.progress,
    generation_type: generation.generationType,
    alpha_mode: generation.alphaMode,
    output: outputs && toOutput(ctx, outputs),
    seed: generation.seed,
    error: generation.error,
    created_at: generation.createdAt.toISOString(),
    modified_at: generation.modifiedAt.toISOString(),
    completed_at: generation.completedAt?.toISOString() ?? null,
    ...(generation.callbackUrl !== null && {
      webhook: webhook ?? { status: 'pending' as const, attempts: 0, last_error: null },
    }),
  };
}

/** {@link toJob} with the state of its webhook: one more select, or none if there is no callback URL. */
export async function presentJob(ctx: Context, generation: JobRow): Promise<Job> {
  if (generation.callbackUrl === null) return toJob(ctx, generation);
  const webhooks = await findWebhooks(ctx, [generation]);
  return toJob(ctx, generation, webhooks.get(generation.id));
}

/** {@link presentJob} for a page of jobs, with one more select in all. */
export async function presentJobs(ctx: Context, page: readonly JobRow[]): Promise<Job[]> {
  const webhooks = await findWebhooks(ctx, page);
  return page.map((generation) => toJob(ctx, generation, webhooks.get(generation.id)));
}
