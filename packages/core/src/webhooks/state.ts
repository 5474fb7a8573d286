import type { Job } from '@restage/contract';
import { webhookDeliveries } from '@restage/db';
import { inArray } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { JobRow } from '../generations/row.ts';

/** A row of a delivery. */
export type Delivery = typeof webhookDeliveries.$inferSelect;

/** Finds the webhook state of jobs, by job id. Runs no query if no job can have one yet. */
export async function findWebhooks(
  ctx: Context,
  jobs: readonly Pick<JobRow, 'id' | 'callbackUrl' | 'completedAt'>[],
): Promise<ReadonlyMap<string | null, NonNullable<Job['webhook']>>> {
  const ended = jobs.filter(({ callbackUrl, completedAt }) => callbackUrl !== null && completedAt !== null);
  if (ended.length === 0) return new Map();
  const rows = await ctx.db
    .select({
      generationId: webhookDeliveries.generationId,
      status: webhookDeliveries.status,
      attempts: webhookDeliveries.attempts,
      last_error: webhookDeliveries.lastError,
    })
    .from(webhookDeliveries)
    .where(
      inArray(
        webhookDeliveries.generationId,
        ended.map(({ id }) => id),
      ),
    );
  return new Map(rows.map(({ generationId, ...webhook }) => [generationId, webhook]));
}
