import type { Job } from '@restage/contract';
import { findStatementError } from '@restage/db';
import { fail } from '@restage/errors';
import { type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import { chargeAccountSql, checkSpend, readBalance } from '../../credits/charge.ts';
import { isQueueError } from '../../queue.ts';
import { toJob } from '../present.ts';
import type { Generation } from '../row.ts';
import { createJobRow, insertGenerationSql, type NewJob } from './insert.ts';
import type { UsedUpload } from './resolve-inputs.ts';

/** What the statement of a start returns. */
interface CommitRow extends Record<string, unknown> {
  /** Whether the account was charged, and all was written. */
  readonly isDebited: boolean;
  /** The ids of the job's uploads that exist. */
  readonly uploads: readonly string[];
}

/** How often a start is tried whose account turns out to allow it after all. */
const maxAttempts = 10;

/**
 * Writes a start in one statement: uploads, charge, job and queue entry, all or none. All starts of an account wait for
 * its row, which a transaction of several statements would lock for twice as long.
 * @returns the job; `key-taken` if another request with the same idempotency key was first. A refusal may have the same
 * cause: the other request took the last credits.
 */
export async function commitGeneration(ctx: AccountContext, newJob: NewJob) {
  // One moment for all: a job must lie in the billing period that its charge was counted in.
  const now = ctx.now();
  const fixed = { ...ctx, now: () => now };
  const row = createJobRow(fixed, newJob);
  const uploads = listUploads(newJob);
  for (let attempt = 1; ; attempt += 1) {
    let result: CommitRow | undefined;
    try {
      [result] = await ctx.db.execute<CommitRow>(commitSql(fixed, row, uploads));
    } catch (error) {
      return explainError(ctx, row.id, error);
    }
    if (result?.isDebited) break;
    const missing = uploads.find(({ id }) => !result?.uploads.includes(id));
    const refusal = missing
      ? uploadMissing(missing.param)
      : checkSpend(ctx, await readBalance(fixed), row.cost);
    if (refusal) return refusal;
    // What the account did not allow, it allows now: a job may have ended in between.
    if (attempt === maxAttempts)
      throw new Error(`account ${row.accountId} allows job ${row.id}, but was not debited`);
  }
  // After the commit: PostgreSQL commits transactions that notify one at a time.
  ctx.queue.wakeWorkers();
  ctx.telemetry.count('restage.credits.charged', row.cost, { 'restage.job.type': row.generationType });
  const job: Job = toJob(ctx, row);
  return job;
}

/** The uploads of a job, by the parameters that name them. */
function listUploads({ validated: { source, alpha, reference } }: NewJob) {
  const named = { source_uri: source, alpha_uri: alpha, reference_image_uri: reference };
  return Object.entries(named).flatMap(([param, input]) =>
    input?.upload ? [{ param, ...input.upload }] : [],
  );
}

/**
 * Marks the uploads as used, which keeps them from being cleaned up and replaced, and writes everything else if all of
 * them exist with the bytes that were checked, and the account allows the charge.
 */
function commitSql(ctx: AccountContext, row: Generation, uploads: readonly UsedUpload[]): SQL {
  const ids = [...new Set(uploads.map(({ id }) => id))];
  // A list instead of an array, for which PostgreSQL would plan the statement each time.
  const list = sql.join(ids.length === 0 ? [sql`null`] : ids.map((id) => sql`${id}`), sql`, `);
  const checked = uploads.map(({ id, attempt }) => sql`(${id}, ${attempt ?? 0}::integer)`);
  const isChecked =
    uploads.length === 0
      ? sql`false`
      : sql`(id, coalesce(received_attempt, 0)) in (${sql.join(checked, sql`, `)})`;
  // Locked in the same order by every start, so that two of the same uploads can't block each other.
  return sql`
    with held as (select id from uploads where id in (${list}) and ${isChecked}
      order by id for no key update),
    ${chargeAccountSql(ctx, row, sql`(select count(*) from held) = ${ids.length}::integer`)},
    used as (
      update uploads set used_at = ${new Date(ctx.now()).toISOString()}
      where id in (select id from held) and used_at is null and exists (select from debited)
    ),
    ${insertGenerationSql(row)},
    queued as (${ctx.queue.enqueueRenderSql({ generationId: row.id, traceparent: ctx.traceparent })})
    select exists (select from debited) as "isDebited", array(select id from held) as uploads`;
}

/** Which part of the statement PostgreSQL rejected. Throws an error after which the start may have been committed. */
function explainError(ctx: AccountContext, generationId: string, thrown: unknown) {
  const error = findStatementError(thrown);
  if (!error) throw thrown;
  if (error.constraint_name === 'generations_idempotency') return 'key-taken';
  if (isQueueError(error)) {
    ctx.log.error({ err: error, generationId }, 'job_queue_failed');
    return fail(
      'JOB_QUEUE_FAILED',
      'The job could not be queued. Nothing was charged and no job exists; send the request again.',
    );
  }
  ctx.log.error({ err: error, generationId }, 'credit_deduction_failed');
  return fail(
    'CREDIT_DEDUCTION_FAILED',
    'The charge could not be recorded. Nothing was charged and no job exists; send the request again.',
  );
}

function uploadMissing(param: string) {
  return fail('SOURCE_UNREACHABLE', `${param} names an upload that was replaced or deleted a moment ago.`, {
    param,
  });
}
