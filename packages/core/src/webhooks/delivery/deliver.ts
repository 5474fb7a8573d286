import { generations, webhookAttempts, webhookDeliveries } from '@restage/db';
import { and, eq } from 'drizzle-orm';
import type { Context } from '../../context.ts';
import type { WebhookTask } from '../../queue.ts';
import type { Span } from '../../telemetry/telemetry.ts';
import { withSpan } from '../../telemetry/with-span.ts';
import { rollback, withTransaction } from '../../transaction.ts';
import { getOrCreateWebhookSecret } from '../secret.ts';
import type { Delivery } from '../state.ts';
import { type AttemptResult, classifyResponse } from './classify-response.ts';
import { buildPayload } from './payload.ts';
import { computeRetryDelay } from './schedule.ts';
import { signWebhook } from './sign.ts';

/** A delivery whose next attempt this worker has claimed. */
interface ClaimedDelivery extends Delivery {
  /** Until then, no other worker takes over the attempt. */
  readonly nextAttemptAt: Date;
}

/** A finished attempt. */
interface Attempt extends AttemptResult {
  readonly startedAt: Date;

  readonly durationMs: number;
}

/**
 * Makes one attempt to deliver a webhook: claims it, signs, sends, classifies the response, records it, and queues the
 * next attempt or ends the delivery. Skips an outdated task, so a task may be delivered twice.
 * @param signal aborts the attempt without recording it; another worker repeats it
 * @returns milliseconds until the next attempt, if this process queued one
 */
export async function deliverWebhook(
  ctx: Context,
  task: WebhookTask,
  signal: AbortSignal,
): Promise<number | undefined> {
  const delivery = await claimAttempt(ctx, task);
  if (!delivery) {
    ctx.log.info({ deliveryId: task.deliveryId }, 'webhook_task_outdated');
    return undefined;
  }
  const attempt = await withSpan(
    { ...ctx, traceparent: task.traceparent },
    {
      name: 'deliver webhook',
      kind: 'client',
      attributes: {
        'http.request.method': 'POST',
        'server.address': new URL(delivery.url).hostname,
        'restage.webhook.id': delivery.id,
        'restage.webhook.attempt': delivery.attempts + 1,
      },
    },
    async (inside, span) => {
      const result = await sendAttempt(inside, delivery, signal);
      if (span) recordResult(span, result);
      return result;
    },
  );
  // Aborted before a response: that says nothing about the receiver.
  if (signal.aborted && attempt.httpStatus === null) return undefined;
  return recordAttempt(ctx, task, delivery, attempt);
}

function recordResult(span: Span, { httpStatus, outcome }: AttemptResult): void {
  if (httpStatus !== null) span.setAttributes({ 'http.response.status_code': httpStatus });
  if (outcome !== 'delivered') span.fail(httpStatus === null ? 'unreachable' : String(httpStatus), true);
}

/**
 * Claims the due attempt for this worker by moving its due time to when it counts as lost. Compares the exact time in the
 * task, not a clock, so exactly one of the workers that have this task gets the attempt.
 */
async function claimAttempt(ctx: Context, task: WebhookTask): Promise<ClaimedDelivery | undefined> {
  const { timeoutMs, lostAfterMs } = ctx.settings.webhooks;
  const nextAttemptAt = new Date(ctx.now() + timeoutMs + lostAfterMs);
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

async function sendAttempt(ctx: Context, delivery: Delivery, signal: AbortSignal): Promise<Attempt> {
  const { timeoutMs } = ctx.settings.webhooks;
  const [secret, payload] = await Promise.all([
    getOrCreateWebhookSecret(ctx, delivery.accountId),
    buildPayload(ctx, delivery),
  ]);
  if (!secret) throw new Error(`account ${delivery.accountId} is gone`);
  const body = JSON.stringify(payload);
  const startedAt = new Date(ctx.now());
  const secrets = secret.previous ? [secret.secret, secret.previous.secret] : [secret.secret];
  const headers = {
    'content-type': 'application/json',
    'webhook-id': delivery.id,
    'webhook-timestamp': String(Math.floor(startedAt.getTime() / 1000)),
    'webhook-signature': signWebhook({ id: delivery.id, timestamp: startedAt, body }, secrets),
    ...(ctx.traceparent !== undefined && { traceparent: ctx.traceparent }),
  };
  const response = (await isFailureSimulated(ctx, delivery))
    ? ({ kind: 'unreachable', cause: 'network' } as const)
    : await ctx.media.post(new URL(delivery.url), body, headers, { timeoutMs, signal });
  const now = ctx.now();
  return { ...classifyResponse(response, timeoutMs, now), startedAt, durationMs: now - startedAt.getTime() };
}

/** Whether a test-mode job simulates a failing webhook: nothing is sent then, and everything else proceeds as usual. */
async function isFailureSimulated(ctx: Context, { generationId }: Delivery): Promise<boolean> {
  if (generationId === null) return false;
  const [job] = await ctx.db
    .select({ simulate: generations.simulate })
    .from(generations)
    .where(eq(generations.id, generationId));
  return job?.simulate === 'webhook-failed';
}

/** The label of a metric for each status of a delivery after an attempt. */
const outcomes = {
  pending: 'retry',
  delivered: 'delivered',
  failed: 'failed',
} as const satisfies Record<Delivery['status'], string>;

/** The log event for each status of a delivery after an attempt. */
const logEvents = {
  pending: 'webhook_delivery_retry',
  delivered: 'webhook_delivered',
  failed: 'webhook_delivery_failed',
} as const satisfies Record<Delivery['status'], string>;

/** Records the attempt and its consequence in one transaction, unless another worker has taken over the attempt. */
async function recordAttempt(
  ctx: Context,
  { traceparent }: WebhookTask,
  delivery: ClaimedDelivery,
  attempt: Attempt,
): Promise<number | undefined> {
  const attempts = delivery.attempts + 1;
  const chance = new DataView(ctx.random(new Uint8Array(4)).buffer).getUint32(0) / 2 ** 32;
  const wait =
    attempt.outcome === 'retry'
      ? computeRetryDelay(ctx.settings.webhooks, attempts, attempt.retryAfterMs, chance)
      : undefined;
  const recorded = await withTransaction(ctx, async (inside) => {
    const now = inside.now();
    const due = wait === undefined ? null : new Date(now + wait);
    const [updated] = await inside.db
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
    if (!updated) return rollback(undefined);
    const { startedAt, durationMs: milliseconds, httpStatus, error } = attempt;
    await inside.db
      .insert(webhookAttempts)
      .values({ deliveryId: delivery.id, attempt: attempts, startedAt, milliseconds, httpStatus, error });
    if (due !== null && wait !== undefined) {
      const { id: deliveryId, accountId } = delivery;
      const entry = { deliveryId, due: due.toISOString(), traceparent, accountId, first: false, wait };
      await inside.queue.enqueueWebhooks(inside.db, [entry]);
    }
    return updated.status;
  });
  const { httpStatus, error, durationMs } = attempt;
  const fields = { deliveryId: delivery.id, attempt: attempts, httpStatus, error, durationMs };
  if (recorded === undefined) {
    ctx.log.warn(fields, 'webhook_attempt_superseded');
    return undefined;
  }
  ctx.log.info({ ...fields, waitMs: wait }, logEvents[recorded]);
  const outcome = outcomes[recorded];
  ctx.telemetry.record('restage.webhook.attempt.duration', durationMs / 1000, {
    'restage.webhook.outcome': outcome,
  });
  return wait;
}
