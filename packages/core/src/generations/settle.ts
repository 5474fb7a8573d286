import { meterOf } from '@restage/contract';
import { generations, type StoredOutputs } from '@restage/db';
import { and, eq, inArray, sql } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { transact } from '../transact.ts';
import { createDelivery } from '../webhooks/create.ts';
import { periodOf } from './admit.ts';
import { changeGeneration } from './event.ts';
import type { Generation } from './internal.ts';

/** How a job ended. */
export type Ending =
  | { readonly status: 'completed'; readonly outputs: StoredOutputs }
  | { readonly status: 'failed'; readonly error: string }
  | { readonly status: 'cancelled' };

/**
 * Ends a job, once: records the outcome, refunds a failure or a cancellation in full and gives the account its
 * place in flight back, in one short transaction. Fenced by status and attempt as `generation` has them, so a worker
 * that lost the job, to another or to a cancellation, settles nothing.
 * @returns whether this call ended it
 */
export async function settleGeneration(
  ctx: Context,
  generation: Generation,
  ending: Ending,
): Promise<boolean> {
  return transact(ctx, async (inside) => {
    const now = new Date(inside.now());
    const ended = await changeGeneration(
      inside,
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
    );
    if (!ended) return false;
    if (generation.callbackUrl !== null) {
      await createDelivery(inside, {
        accountId: generation.accountId,
        generationId: generation.id,
        url: generation.callbackUrl,
      });
    }
    await releaseAccount(inside, generation, ending.status === 'completed' ? 0 : generation.cost);
    return true;
  });
}

async function releaseAccount(ctx: Context, generation: Generation, refund: number): Promise<void> {
  const { accountId, id, generationType, maxResolution, createdAt } = generation;
  // Usage falls only if the account still counts the month in which the job was charged.
  const charged = periodOf(createdAt.getTime());
  await ctx.db.execute(sql`
    with refunded as (
      insert into credit_entries (account_id, generation_id, kind, credits, meter, created_at)
      select ${accountId}, ${id}, 'refund', ${refund}::integer, ${meterOf(generationType, maxResolution)},
        ${new Date(ctx.now()).toISOString()}::timestamptz
      where ${refund}::integer > 0
    )
    update accounts set in_flight = in_flight - 1, balance = balance + ${refund}::integer,
      period_usage = period_usage - case when period = ${charged}::date then ${refund}::integer else 0 end
    where id = ${accountId}`);
}
