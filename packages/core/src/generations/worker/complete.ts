import { meterOf } from '@restage/contract';
import { accounts, creditEntries, generations, type StoredOutputs } from '@restage/db';
import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import { getBillingPeriod } from '../../credits/charge.ts';
import { withTransaction } from '../../transaction.ts';
import { createDelivery } from '../../webhooks/create.ts';
import type { Generation } from '../internal.ts';
import { updateJob } from './update-job.ts';

/** How a job ended. */
export type JobOutcome =
  | { readonly status: 'completed'; readonly outputs: StoredOutputs }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'cancelled' };

/**
 * Ends a job, once: records the outcome, refunds a failure or a cancellation in full and gives the account its
 * place in flight back, in one statement, and with it the webhook. Fenced by status and attempt as `generation` has
 * them, so a worker that lost the job, to another or to a cancellation, settles nothing.
 * @returns whether this call ended it
 */
export async function completeGeneration(
  ctx: Context,
  generation: Generation,
  ending: JobOutcome,
): Promise<boolean> {
  const { id, accountId, callbackUrl } = generation;
  if (callbackUrl === null) return endGeneration(ctx, generation, ending);
  return withTransaction(ctx, async (inside) => {
    const ended = await endGeneration(inside, generation, ending);
    if (ended) await createDelivery(inside, { accountId, generationId: id, url: callbackUrl });
    return ended;
  });
}

async function endGeneration(ctx: Context, generation: Generation, ending: JobOutcome): Promise<boolean> {
  const now = new Date(ctx.now());
  const ended = await updateJob(
    ctx,
    and(
      eq(generations.id, generation.id),
      eq(generations.status, generation.status),
      // Whatever row the caller holds, a job that has ended stays as it ended.
      inArray(generations.status, ['in_queue', 'processing']),
      eq(generations.attempt, generation.attempt),
    ),
    {
      status: ending.status,
      modifiedAt: now,
      completedAt: now,
      ...(ending.status === 'completed' && { outputs: ending.outputs, progress: 100 }),
      ...(ending.status === 'failed' && { error: ending.error }),
    },
    ...released(generation, ending.status === 'completed' ? 0 : generation.cost, now),
  );
  return ended !== undefined;
}

/** What the account gets back when its job has changed for the last time. */
function released(
  { generationType, maxResolution, createdAt }: Generation,
  refund: number,
  now: Date,
): SQL[] {
  // Usage falls only if the account still counts the month in which the job was charged.
  const charged = getBillingPeriod(createdAt.getTime());
  return [
    sql`
      insert into ${creditEntries} (account_id, generation_id, kind, credits, meter, created_at)
      select account_id, id, 'refund', ${refund}::integer, ${meterOf(generationType, maxResolution)},
        ${now.toISOString()}::timestamptz
      from changed where ${refund}::integer > 0`,
    sql`
      update ${accounts} set in_flight = in_flight - 1, balance = balance + ${refund}::integer,
        period_usage = period_usage - case when period = ${charged}::date then ${refund}::integer else 0 end
      where id = (select account_id from changed)`,
  ];
}
