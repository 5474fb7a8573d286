import { meterOf } from '@restage/contract';
import { accounts, creditEntries, generations, type StoredOutputs } from '@restage/db';
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
  if (refund > 0) {
    await ctx.db.insert(creditEntries).values({
      accountId,
      generationId: id,
      kind: 'refund',
      credits: refund,
      meter: meterOf(generationType, maxResolution),
      createdAt: new Date(ctx.now()),
    });
  }
  // Usage falls only if the account still counts the month in which the job was charged.
  const charged = periodOf(createdAt.getTime());
  await ctx.db
    .update(accounts)
    .set({
      inFlight: sql`${accounts.inFlight} - 1`,
      balance: sql`${accounts.balance} + ${refund}`,
      periodUsage: sql`${accounts.periodUsage} - case when ${accounts.period} = ${charged} then ${refund}::integer else 0 end`,
    })
    .where(eq(accounts.id, accountId));
}
