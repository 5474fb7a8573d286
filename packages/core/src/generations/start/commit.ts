import type { Job } from '@restage/contract';
import { fail } from '@restage/errors';
import { sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { chargeAccount } from '../../credits/charge.ts';
import { rollback, withTransaction } from '../../transaction.ts';
import { toJob } from '../present.ts';
import type { Generation } from '../row.ts';
import { createJobRow, insertGeneration, type NewJob } from './insert.ts';

/**
 * Writes a start in one transaction: job, charge and queue entry, all or none.
 * @returns the job; `key-taken` if another request with the same idempotency key was first
 */
export async function commitGeneration(ctx: AccountContext, newJob: NewJob) {
  // One moment for all: a job must lie in the billing period that its charge was counted in.
  const now = ctx.now();
  const fixed = { ...ctx, now: () => now };
  const row = createJobRow(fixed, newJob);
  const outcome = await withTransaction(fixed, (inside) => write(inside, row, newJob));
  if (outcome !== undefined) return outcome;
  // After the commit: PostgreSQL commits transactions that notify one at a time.
  ctx.queue.wakeWorkers();
  const job: Job = toJob(ctx, row);
  return job;
}

/**
 * Sends all statements at once, so that the transaction waits for one round trip instead of four. The account's row is
 * locked as late as possible, since every other start of the account waits for it.
 * @returns why nothing may be written; undefined if all is
 */
async function write(ctx: AccountContext, row: Generation, newJob: NewJob) {
  const [inserted, missing, refusal, queued] = await Promise.allSettled([
    insertGeneration(ctx, row),
    markUploadsUsed(ctx, newJob),
    chargeAccount(ctx, row),
    ctx.queue.enqueueRender(ctx.db, row.id, row.accountId),
  ]);
  // In the order of the statements: after one that fails, PostgreSQL rejects the rest of the transaction.
  if (inserted.status === 'rejected') throw inserted.reason;
  if (!inserted.value) return rollback('key-taken');
  if (missing.status === 'rejected') throw missing.reason;
  if (missing.value !== undefined) return uploadMissing(missing.value);
  if (refusal.status === 'rejected') return deductionFailed(ctx, row.id, refusal.reason);
  if (refusal.value) return refusal.value;
  if (queued.status === 'rejected') return queueFailed(ctx, row.id, queued.reason);
  return undefined;
}

/**
 * Marks the uploads of a job as used, which keeps them from being cleaned up and replaced.
 * @returns the parameter whose upload was cleaned up since it was located; undefined for none
 */
async function markUploadsUsed(ctx: AccountContext, { validated }: NewJob): Promise<string | undefined> {
  const { source, alpha, reference } = validated;
  const named = { source_uri: source, alpha_uri: alpha, reference_image_uri: reference };
  const used = Object.entries(named).flatMap(([param, input]) =>
    input?.uploadId === undefined ? [] : [{ param, id: input.uploadId }],
  );
  if (used.length === 0) return undefined;
  const now = new Date(ctx.now()).toISOString();
  // Locked in the same order by every start, so that two of the same uploads can't block each other.
  const marked = await ctx.db.execute<{ id: string }>(sql`
    update uploads set used_at = ${now}
    where id in (
      select id from uploads where id = any (${sql.param(used.map(({ id }) => id))}::text[])
      order by id for no key update
    )
    returning id`);
  return used.find(({ id }) => !marked.some((upload) => upload.id === id))?.param;
}

function uploadMissing(param: string) {
  return fail('SOURCE_UNREACHABLE', `${param} names an upload that was deleted a moment ago.`, { param });
}

function deductionFailed(ctx: AccountContext, generationId: string, cause: unknown) {
  ctx.log.error({ err: cause, generationId }, 'credit_deduction_failed');
  return fail(
    'CREDIT_DEDUCTION_FAILED',
    'The charge could not be recorded. Nothing was charged and no job exists; send the request again.',
  );
}

function queueFailed(ctx: AccountContext, generationId: string, cause: unknown) {
  ctx.log.error({ err: cause, generationId }, 'job_queue_failed');
  return fail(
    'JOB_QUEUE_FAILED',
    'The job could not be queued. Nothing was charged and no job exists; send the request again.',
  );
}
