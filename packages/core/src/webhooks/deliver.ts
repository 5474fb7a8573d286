import { generations, webhookAttempts, webhookDeliveries } from '@restage/db';
import { and, eq } from 'drizzle-orm';
import type { Context } from '../context.ts';
import type { WebhookTask } from '../queue.ts';
import { rollback, withTransaction } from '../transaction.ts';
import { webhookPayload } from './payload.ts';
import { nextWait } from './schedule.ts';
import { webhookSecret } from './secret.ts';
import { signWebhook } from './sign.ts';
import type { Delivery } from './state.ts';
import { judge, type Verdict } from './verdict.ts';

/** A delivery of which this worker makes the next attempt. */
interface Claimed extends Delivery {
  /** Until then no other worker takes the attempt over. */
  readonly nextAttemptAt: Date;
}

/** An attempt that was made. */
interface Attempt extends Verdict {
  readonly startedAt: Date;
  /** Milliseconds that it took. */
  readonly took: number;
}

/**
 * Makes one attempt at a webhook and records it: claims it, signs, sends, judges the answer; queues the next
 * attempt, or ends the delivery. A task that is out of date is passed over, so it may come twice.
 * @param signal gives the attempt up; nothing is recorded then, and another worker makes it anew
 * @returns milliseconds until the next attempt, if this process queued one
 */
export async function deliverWebhook(
  ctx: Context,
  task: WebhookTask,
  signal: AbortSignal,
): Promise<number | undefined> {
  const delivery = await claim(ctx, task);
  if (!delivery) {
    ctx.log.info({ deliveryId: task.deliveryId }, 'a task for an attempt that was made was passed over');
    return undefined;
  }
  const attempt = await send(ctx, delivery, signal);
  // Given up before there was an answer: that says nothing of the receiver.
  if (signal.aborted && attempt.httpStatus === null) return undefined;
  return record(ctx, delivery, attempt);
}

/**
 * Takes the attempt that is due for this worker, by moving it to when it would count as lost. What is compared is
 * the very moment in the task, not a clock, so of all who come with it one gets the attempt, whatever their clocks.
 */
async function claim(ctx: Context, task: WebhookTask): Promise<Claimed | undefined> {
  const { timeout, lostAfter } = ctx.settings.webhooks;
  const nextAttemptAt = new Date(ctx.now() + timeout + lostAfter);
  const [delivery] = await ctx.db
    .update(webhookDeliveries)
    .set({ nextAttemptAt })
    .where(isDue(task.deliveryId, new Date(task.due)))
    .returning();
  return delivery && { ...delivery, nextAttemptAt };
}

function isDue(deliveryId: string, at: Date) {
  return and(
    eq(webhookDeliveries.id, deliveryId),
    eq(webhookDeliveries.status, 'pending'),
    eq(webhookDeliveries.nextAttemptAt, at),
  );
}

async function send(ctx: Context, delivery: Delivery, signal: AbortSignal): Promise<Attempt> {
  const { timeout } = ctx.settings.webhooks;
  const [secret, body] = await Promise.all([
    webhookSecret(ctx, delivery.accountId),
    webhookPayload(ctx, delivery),
  ]);
  if (!secret) throw new Error(`account ${delivery.accountId} is gone`);
  const startedAt = ctx.now();
  const timestamp = Math.floor(startedAt / 1000);
  const secrets = secret.previous ? [secret.secret, secret.previous.secret] : [secret.secret];
  const headers = {
    'content-type': 'application/json',
    'webhook-id': delivery.id,
    'webhook-timestamp': String(timestamp),
    'webhook-signature': signWebhook({ id: delivery.id, timestamp, body }, secrets),
  };
  const answer = (await isToFail(ctx, delivery))
    ? ({ kind: 'unreachable', cause: 'network' } as const)
    : await ctx.media.post(new URL(delivery.url), body, headers, { timeoutMs: timeout, signal });
  const now = ctx.now();
  return { ...judge(answer, timeout, now), startedAt: new Date(startedAt), took: now - startedAt };
}

/** Whether the job's test asked for a webhook that fails: nothing is sent then, and all else goes its way. */
async function isToFail(ctx: Context, { generationId }: Delivery): Promise<boolean> {
  if (generationId === null) return false;
  const [job] = await ctx.db
    .select({ simulate: generations.simulate })
    .from(generations)
    .where(eq(generations.id, generationId));
  return job?.simulate === 'webhook-failed';
}

/** Records the attempt and what follows from it in one transaction, unless another worker has taken it over. */
async function record(ctx: Context, delivery: Claimed, attempt: Attempt): Promise<number | undefined> {
  const attempts = delivery.attempts + 1;
  const chance = new DataView(ctx.random(new Uint8Array(4)).buffer).getUint32(0) / 2 ** 32;
  const wait =
    attempt.outcome === 'again'
      ? nextWait(ctx.settings.webhooks, attempts, attempt.retryAfter, chance)
      : undefined;
  const recorded = await withTransaction(ctx, async (inside) => {
    const now = inside.now();
    const due = wait === undefined ? null : new Date(now + wait);
    const [held] = await inside.db
      .update(webhookDeliveries)
      .set({
        attempts,
        nextAttemptAt: due,
        ...(attempt.error !== null && { lastError: attempt.error }),
        ...(due === null && {
          status: attempt.outcome === 'delivered' ? ('delivered' as const) : ('failed' as const),
          endedAt: new Date(now),
        }),
      })
      .where(isDue(delivery.id, delivery.nextAttemptAt))
      .returning({ status: webhookDeliveries.status });
    if (!held) return rollback(undefined);
    const { startedAt, took: milliseconds, httpStatus, error } = attempt;
    await inside.db
      .insert(webhookAttempts)
      .values({ deliveryId: delivery.id, attempt: attempts, startedAt, milliseconds, httpStatus, error });
    if (due !== null && wait !== undefined) {
      const { id: deliveryId, accountId } = delivery;
      const entry = { deliveryId, due: due.toISOString(), accountId, first: false, wait };
      await inside.queue.enqueueWebhooks(inside.db, [entry]);
    }
    return held.status;
  });
  const { httpStatus, error, took: milliseconds } = attempt;
  const fields = { deliveryId: delivery.id, attempt: attempts, httpStatus, error, milliseconds };
  if (recorded === undefined) {
    ctx.log.warn(fields, 'an attempt at a webhook came too late to be recorded');
    return undefined;
  }
  ctx.log.info({ ...fields, status: recorded, wait }, 'a webhook was attempted');
  return wait;
}
