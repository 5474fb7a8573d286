import { generations, type StoredOutputs, type Understood } from '@restage/db';
import { and, eq, inArray } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { refundSql } from '../../credits/refund.ts';
import { withTransaction } from '../../transaction.ts';
import { createDelivery } from '../../webhooks/create.ts';
import { activeStatuses, type Generation } from '../row.ts';
import { updateJob } from './update-job.ts';

/** How a job ended. */
export type JobOutcome =
  | {
      readonly status: 'completed';
      readonly outputs: StoredOutputs;
      readonly understood: readonly Understood[];
    }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'cancelled' };

/** Ends a job as {@link writeCompletion} does, and counts it. @returns whether this call ended it */
export async function completeGeneration(
  ctx: Context,
  generation: Generation,
  outcome: JobOutcome,
): Promise<boolean> {
  const isCompleted = await writeCompletion(ctx, generation, outcome);
  if (isCompleted) countCompletion(ctx, generation, outcome.status);
  return isCompleted;
}

/** Counts a job that has ended, and its refund. For callers whose own transaction has committed. */
export function countCompletion(
  { telemetry }: Context,
  { generationType, cost }: Generation,
  status: JobOutcome['status'],
): void {
  const type = { 'restage.job.type': generationType };
  telemetry.count('restage.jobs.ended', 1, { ...type, 'restage.job.status': status });
  if (status !== 'completed') telemetry.count('restage.credits.refunded', cost, type);
}

/**
 * Ends a job, once: records the outcome, refunds a failure or a cancellation in full, takes the job off the account's
 * jobs in flight and queues its webhook, all or none. Fenced by status and attempt as `generation` has them: a worker
 * that lost its lease changes nothing.
 * @returns whether this call ended it
 */
export async function writeCompletion(
  ctx: Context,
  generation: Generation,
  outcome: JobOutcome,
): Promise<boolean> {
  const { id, accountId, callbackUrl } = generation;
  if (callbackUrl === null) return writeOutcome(ctx, generation, outcome);
  return withTransaction(ctx, async (inside) => {
    const isCompleted = await writeOutcome(inside, generation, outcome);
    if (isCompleted) await createDelivery(inside, { accountId, generationId: id, url: callbackUrl });
    return isCompleted;
  });
}

async function writeOutcome(ctx: Context, generation: Generation, outcome: JobOutcome): Promise<boolean> {
  const now = new Date(ctx.now());
  const updated = await updateJob(
    ctx,
    and(
      eq(generations.id, generation.id),
      eq(generations.status, generation.status),
      // Whatever row the caller holds, a terminal status is never left.
      inArray(generations.status, activeStatuses),
      eq(generations.attempt, generation.attempt),
    ),
    {
      status: outcome.status,
      modifiedAt: now,
      completedAt: now,
      ...(outcome.status === 'completed' && {
        outputs: outcome.outputs,
        understood: outcome.understood,
        progress: 100,
      }),
      ...(outcome.status === 'failed' && { error: outcome.error }),
    },
    ...refundSql(generation, outcome.status === 'completed' ? 0 : generation.cost, now),
  );
  return updated !== undefined;
}
