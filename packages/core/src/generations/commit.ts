import type { Job, VerbInput } from '@restage/contract';
import type { StoredInputs } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { sql } from 'drizzle-orm';
import { changesChannel } from '../changes.ts';
import type { AccountContext } from '../context.ts';
import { isSpoiled } from '../sqlstate.ts';
import { transact, undone } from '../transact.ts';
import { chargeAccount, chargeOrRefuse } from './admit.ts';
import { type Generation, toJob } from './internal.ts';
import type { Plan } from './plan.ts';

/** What a start has gathered by the time that it writes. */
interface NewGeneration {
  readonly id: string;
  readonly input: VerbInput<'generations.start'>;
  readonly digests: Record<string, string>;
  readonly plan: Plan;
  readonly inputs: StoredInputs;
}

/**
 * The one transaction of a start: job, charge and queue entry, all or none. The statements are sent without
 * waiting for one another, those that hold the account's row last.
 * @returns the job; `key-taken` when another request with the same idempotency key was first
 */
export async function commitGeneration(ctx: AccountContext, made: NewGeneration) {
  // One moment for all: a job must lie in the billing period that its charge was counted in.
  const moment = ctx.now();
  const outcome = await transact({ ...ctx, now: () => moment }, async (inside) => {
    const row = newRow(inside, made);
    const [recorded, used, charged, queued] = await Promise.allSettled([
      recordGeneration(inside, row),
      markUploadsUsed(inside, made),
      chargeAccount(inside, row),
      inside.queue.enqueueRender(inside.db, made.id, inside.account.id),
    ]);
    if (recorded.status === 'fulfilled' && !recorded.value) return undone('key-taken');
    // The first statement that fails spoils the transaction for the rest, whose errors say only that.
    const culprit = [recorded, used, charged, queued].find(
      (each) => each.status === 'rejected' && !isSpoiled(each.reason),
    );
    if (culprit?.status === 'rejected') {
      if (culprit === charged) return deductionFailed(inside, made.id, culprit.reason);
      if (culprit === queued) return queueFailed(inside, made.id, culprit.reason);
      throw culprit.reason;
    }
    if (used.status === 'rejected' || charged.status === 'rejected') {
      throw new Error('a spoiled transaction has no culprit');
    }
    if (used.value) return uploadGone(used.value);
    const refusal = charged.value ? undefined : await chargeOrRefuse(inside, row, made.input.max_cost);
    return refusal ?? row;
  });
  if (outcome === 'key-taken' || isFailure(outcome)) return outcome;
  const job: Job = toJob(ctx, outcome);
  return job;
}

/** The row of a job that is about to be. */
function newRow(ctx: AccountContext, { id, input, digests, plan, inputs }: NewGeneration) {
  const now = new Date(ctx.now());
  return {
    id,
    accountId: ctx.account.id,
    status: 'in_queue',
    progress: 0,
    generationType: input.generation_type,
    alphaMode: input.alpha_mode,
    maxResolution: input.max_resolution,
    prompt: input.prompt ?? null,
    seed: input.seed ?? new DataView(ctx.random(new Uint8Array(4)).buffer).getUint32(0),
    inputs,
    outputs: null,
    width: plan.probe.width,
    height: plan.probe.height,
    frames: plan.probe.frames,
    cost: plan.cost,
    testMode: ctx.account.mode === 'test',
    simulate: simulated(ctx),
    callbackUrl: input.callback_url ?? null,
    idempotencyKey: input.idempotency_key ?? null,
    fingerprint: digests,
    attempt: 0,
    error: null,
    createdAt: now,
    modifiedAt: now,
    completedAt: null,
    sweptAt: null,
  } as const satisfies Generation;
}

/**
 * Records a job and its first event, and tells every process when the transaction commits.
 * @returns whether the idempotency key was free
 */
async function recordGeneration(ctx: AccountContext, row: Generation): Promise<boolean> {
  const now = row.createdAt.toISOString();
  const told = await ctx.db.execute(sql`
    with made as (
      insert into generations (
        id, account_id, generation_type, alpha_mode, max_resolution, prompt, seed, inputs, width, height, frames,
        cost, test_mode, simulate, callback_url, idempotency_key, fingerprint, created_at, modified_at
      ) values (
        ${row.id}, ${row.accountId}, ${row.generationType}, ${row.alphaMode}, ${row.maxResolution}, ${row.prompt},
        ${row.seed}, ${JSON.stringify(row.inputs)}, ${row.width}, ${row.height}, ${row.frames}, ${row.cost},
        ${row.testMode}, ${row.simulate}, ${row.callbackUrl}, ${row.idempotencyKey}, ${JSON.stringify(row.fingerprint)},
        ${now}, ${now}
      )
      on conflict (account_id, idempotency_key) do nothing
      returning id, status, progress, created_at
    ), told as (
      insert into generation_events (generation_id, status, progress, created_at) select * from made
    )
    select pg_notify(${changesChannel}, id || ' ' || status) from made`);
  return told.length > 0;
}

/** What a test-mode job was asked to go through; live keys ask in vain. */
function simulated(ctx: AccountContext) {
  const asked = ctx.account.mode === 'test' ? ctx.simulate : undefined;
  return asked === 'stall' || asked === 'job-failed' || asked === 'webhook-failed' ? asked : null;
}

/**
 * Notes the use of uploads, which keeps them from being swept and closes them to other bytes.
 * @returns the parameter whose upload was swept since it was looked at; undefined for none
 */
async function markUploadsUsed(ctx: AccountContext, { plan }: NewGeneration): Promise<string | undefined> {
  const { source, alpha, reference } = plan;
  const named = { source_uri: source, alpha_uri: alpha, reference_image_uri: reference };
  const ids = Object.values(named).flatMap((input) => input?.uploadId ?? []);
  if (ids.length === 0) return undefined;
  const marked = await ctx.db.execute<{ id: string }>(sql`
    update uploads set used_at = ${new Date(ctx.now()).toISOString()} where id in ${ids} returning id`);
  const there = new Set(marked.map(({ id }) => id));
  const gone = Object.entries(named).find(([, input]) => input?.uploadId && !there.has(input.uploadId));
  return gone?.[0];
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
