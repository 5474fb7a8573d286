import { type Job, meterOf, type VerbInput } from '@restage/contract';
import { creditEntries, generations, type StoredInputs, uploads } from '@restage/db';
import { fail, isFailure } from '@restage/errors';
import { inArray } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { isSpoiled } from '../sqlstate.ts';
import { transact, undone } from '../transact.ts';
import { takeFromAccount, takeOrRefuse } from './admit.ts';
import { recordEvent } from './event.ts';
import { toJob } from './internal.ts';
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
 * waiting for one another, the account's row late, so that it is locked shortest.
 * @returns the job; `key-taken` when another request with the same idempotency key was first
 */
export async function commitGeneration(ctx: AccountContext, made: NewGeneration) {
  // One moment for all: a job must lie in the billing period that its charge was counted in.
  const moment = ctx.now();
  const outcome = await transact({ ...ctx, now: () => moment }, async (inside) => {
    const entered = inside.queue.enqueueRender(inside.db, made.id, inside.account.id);
    // pg-boss reads up on its queue before it sends; the account's row is not locked meanwhile.
    const then = <Result>(statement: () => Promise<Result>) => entered.then(statement, statement);
    const [inserted, told, charged, queued, used, taken, ranked] = await Promise.allSettled([
      insertGeneration(inside, made),
      recordEvent(inside, { id: made.id, status: 'in_queue', progress: 0 }),
      chargeLedger(inside, made),
      entered,
      markUploadsUsed(inside, made),
      then(() => takeFromAccount(inside, made.plan.cost)),
      then(() => inside.queue.rankRender(inside.db, made.id, inside.account.id)),
    ]);
    if (inserted.status === 'fulfilled' && !inserted.value) return undone('key-taken');
    const settled = [inserted, told, charged, queued, used, taken, ranked];
    // The first statement that fails spoils the transaction for the rest, whose errors say only that.
    const culprit = settled.find((each) => each.status === 'rejected' && !isSpoiled(each.reason));
    if (culprit?.status === 'rejected') {
      if (culprit === charged || culprit === taken) return deductionFailed(inside, made.id, culprit.reason);
      if (culprit === queued || culprit === ranked) return queueFailed(inside, made.id, culprit.reason);
      throw culprit.reason;
    }
    if (inserted.status === 'rejected' || taken.status === 'rejected' || used.status === 'rejected') {
      throw new Error('a spoiled transaction has no culprit');
    }
    if (used.value) return uploadGone(used.value);
    const refusal = taken.value ? undefined : await takeOrRefuse(inside, made.plan.cost, made.input.max_cost);
    return refusal ?? inserted.value ?? undone('key-taken');
  });
  if (outcome === 'key-taken' || isFailure(outcome)) return outcome;
  const job: Job = toJob(ctx, outcome);
  return job;
}

async function insertGeneration(ctx: AccountContext, { id, input, digests, plan, inputs }: NewGeneration) {
  const now = new Date(ctx.now());
  const [row] = await ctx.db
    .insert(generations)
    .values({
      id,
      accountId: ctx.account.id,
      generationType: input.generation_type,
      alphaMode: input.alpha_mode,
      maxResolution: input.max_resolution,
      prompt: input.prompt ?? null,
      seed: input.seed ?? new DataView(ctx.random(new Uint8Array(4)).buffer).getUint32(0),
      inputs,
      width: plan.probe.width,
      height: plan.probe.height,
      frames: plan.probe.frames,
      cost: plan.cost,
      testMode: ctx.account.mode === 'test',
      simulate: simulated(ctx),
      callbackUrl: input.callback_url ?? null,
      idempotencyKey: input.idempotency_key ?? null,
      fingerprint: digests,
      createdAt: now,
      modifiedAt: now,
    })
    .onConflictDoNothing({ target: [generations.accountId, generations.idempotencyKey] })
    .returning();
  return row;
}

/** What a test-mode job was asked to go through; live keys ask in vain. */
function simulated(ctx: AccountContext) {
  const asked = ctx.account.mode === 'test' ? ctx.simulate : undefined;
  return asked === 'stall' || asked === 'job-failed' || asked === 'webhook-failed' ? asked : null;
}

async function chargeLedger(ctx: AccountContext, { id, input, plan }: NewGeneration): Promise<void> {
  if (plan.cost === 0) return;
  await ctx.db.insert(creditEntries).values({
    accountId: ctx.account.id,
    generationId: id,
    kind: 'charge',
    credits: -plan.cost,
    meter: meterOf(input.generation_type, input.max_resolution),
    createdAt: new Date(ctx.now()),
  });
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
  const marked = await ctx.db
    .update(uploads)
    .set({ usedAt: new Date(ctx.now()) })
    .where(inArray(uploads.id, ids))
    .returning({ id: uploads.id });
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
