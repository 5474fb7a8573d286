import type { Job } from '@restage/contract';
import { fail } from '@restage/errors';
import { type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import {
  chargeAccount,
  chargeOrRefuse,
  debitAccountSql,
  insertLedgerEntrySql,
} from '../../credits/charge.ts';
import { isDatabaseError, isInFailedTransaction } from '../../sqlstate.ts';
import { rollback, withTransaction } from '../../transaction.ts';
import type { Generation } from '../internal.ts';
import { toJob } from '../present.ts';
import {
  createJobRow,
  inputsOf,
  insertEvent,
  insertGeneration,
  type NewGeneration,
  recordGeneration,
  returned,
} from './insert.ts';

/**
 * Writes a start: job, charge and queue entry, all or none.
 * @returns the job; `key-taken` when another request with the same idempotency key was first
 */
export async function commitGeneration(ctx: AccountContext, made: NewGeneration) {
  // One moment for all: a job must lie in the billing period that its charge was counted in.
  const moment = ctx.now();
  const then = { ...ctx, now: () => moment };
  const row = createJobRow(then, made);
  if (!(await writeAtOnce(then, row, made))) {
    const outcome = await writeInSteps(then, row, made);
    if (outcome !== undefined) return outcome;
  }
  // Only now, for a statement that notifies commits by itself: each waits for the one before it to reach the disk.
  ctx.queue.wakeWorkers();
  const job: Job = toJob(ctx, row);
  return job;
}

/**
 * The start as one statement, which holds the account's row only for as long as the database needs to commit. It is
 * sent once: should its answer be lost, the job may be there.
 * @returns whether it was written. If not, nothing was: a refusal takes nothing, and a failure undoes the statement.
 */
async function writeAtOnce(ctx: AccountContext, row: Generation, made: NewGeneration): Promise<boolean> {
  const uploads = new Set(uploadsOf(made).map(({ id }) => id)).size;
  const entry = ctx.queue.renderEntry(row.id, row.accountId, sql`taken`);
  // An upload that is gone leaves the job without inputs, which its row must have: the statement fails.
  const inputs = sql`case when (select count(*) from used) = ${uploads}::integer then ${inputsOf(row)} end`;
  try {
    const written = await ctx.db.execute(sql`
      with taken as (${debitAccountSql(ctx, row)}),
      used as (${useUploads(ctx, made, sql`and exists (select from taken)`)}),
      made as (${insertGeneration(row, inputs, sql`from taken`)} ${returned}),
      begun as (${insertEvent}),
      charged as (${insertLedgerEntrySql(ctx, row)}),
      entered as (${entry})
      select from entered`);
    return written.length > 0;
  } catch (error) {
    if (!isDatabaseError(error)) throw error;
    ctx.log.debug({ err: error, generationId: row.id }, 'a start failed as one statement');
    return false;
  }
}

/**
 * The start as a transaction with a statement for each thing, which tells what the single statement failed at. They are
 * sent without waiting for one another, and lock in the order of the single statement: the account first.
 */
async function writeInSteps(ctx: AccountContext, row: Generation, made: NewGeneration) {
  return await withTransaction(ctx, async (inside) => {
    const [locked, recorded, used, charged, queued] = await Promise.allSettled([
      lockAccount(inside),
      recordGeneration(inside, row),
      markUploadsUsed(inside, made),
      chargeAccount(inside, row),
      inside.queue.enqueueRender(inside.db, row.id, row.accountId),
    ]);
    if (recorded.status === 'fulfilled' && !recorded.value) return rollback('key-taken');
    // The first statement that fails spoils the transaction for the rest, whose errors say only that.
    const culprit = [locked, recorded, used, charged, queued].find(
      (each) => each.status === 'rejected' && !isInFailedTransaction(each.reason),
    );
    if (culprit?.status === 'rejected') {
      if (culprit === charged) return deductionFailed(inside, row.id, culprit.reason);
      if (culprit === queued) return queueFailed(inside, row.id, culprit.reason);
      throw culprit.reason;
    }
    if (used.status === 'rejected' || charged.status === 'rejected') {
      throw new Error('a spoiled transaction has no culprit');
    }
    if (used.value) return uploadGone(used.value);
    return charged.value ? undefined : await chargeOrRefuse(inside, row, made.input.max_cost);
  });
}

async function lockAccount(ctx: AccountContext): Promise<void> {
  await ctx.db.execute(sql`select from accounts where id = ${ctx.account.id} for no key update`);
}

/** The uploads that a job is made from, by the parameters that name them. */
function uploadsOf({ plan }: NewGeneration) {
  const named = { source_uri: plan.source, alpha_uri: plan.alpha, reference_image_uri: plan.reference };
  return Object.entries(named).flatMap(([param, input]) =>
    input?.uploadId === undefined ? [] : [{ param, id: input.uploadId }],
  );
}

/** The SQL that notes the use of uploads, which keeps them from being swept and closes them to other bytes. */
function useUploads(ctx: AccountContext, made: NewGeneration, only = sql.empty()): SQL {
  const ids = [...new Set(uploadsOf(made).map(({ id }) => id))];
  const now = new Date(ctx.now()).toISOString();
  return sql`
    update uploads set used_at = ${now}::timestamptz
    where id = any (${sql.param(ids)}::text[]) ${only} returning id`;
}

/**
 * Notes the use of uploads.
 * @returns the parameter whose upload was swept since it was looked at; undefined for none
 */
async function markUploadsUsed(ctx: AccountContext, made: NewGeneration): Promise<string | undefined> {
  const marked = await ctx.db.execute<{ id: string }>(useUploads(ctx, made));
  const there = new Set(marked.map(({ id }) => id));
  return uploadsOf(made).find(({ id }) => !there.has(id))?.param;
}

function uploadGone(param: string) {
  return fail('SOURCE_UNREACHABLE', `${param} names an upload that was swept a moment ago.`, { param });
}

function deductionFailed(ctx: AccountContext, generationId: string, cause: unknown) {
  ctx.log.error({ err: cause, generationId }, 'the ledger could not record a charge');
  return fail(
    'CREDIT_DEDUCTION_FAILED',
    'The charge could not be recorded. Nothing was charged and no job exists; send the request again.',
  );
}

function queueFailed(ctx: AccountContext, generationId: string, cause: unknown) {
  ctx.log.error({ err: cause, generationId }, 'a job could not be queued');
  return fail(
    'JOB_QUEUE_FAILED',
    'The job could not be queued. Nothing was charged and no job exists; send the request again.',
  );
}
