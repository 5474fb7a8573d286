import type { VerbInput } from '@restage/contract';
import type { StoredInputs } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import type { Generation } from '../internal.ts';
import type { ValidatedJob } from './resolve-inputs.ts';

/** What a start has gathered by the time that it writes. */
export interface NewGeneration {
  readonly id: string;
  readonly input: VerbInput<'generations.start'>;
  readonly digests: Record<string, string>;
  readonly plan: ValidatedJob;
  readonly inputs: StoredInputs;
}

/** The row of a job that is about to be. */
export function createJobRow(ctx: AccountContext, { id, input, digests, plan, inputs }: NewGeneration) {
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

/** What a test-mode job was asked to go through; live keys ask in vain. */
function simulated(ctx: AccountContext) {
  const asked = ctx.account.mode === 'test' ? ctx.simulate : undefined;
  return asked === 'stall' || asked === 'job-failed' || asked === 'webhook-failed' ? asked : null;
}

/**
 * Records a job and its first event.
 * @returns whether the idempotency key was free
 */
export async function recordGeneration(ctx: AccountContext, row: Generation): Promise<boolean> {
  const made = await ctx.db.execute(sql`
    with made as (
      ${insertGeneration(row, inputsOf(row))} on conflict (account_id, idempotency_key) do nothing ${returned}
    ), begun as (${insertEvent})
    select from made`);
  return made.length > 0;
}

/** The SQL of a row's inputs. */
export function inputsOf(row: Generation): SQL {
  return sql`${JSON.stringify(row.inputs)}::jsonb`;
}

/**
 * The SQL that inserts a job's row.
 * @param inputs the row's own as SQL
 * @param from the part of a statement that it is inserted for, if not always
 */
export function insertGeneration(row: Generation, inputs: SQL, from = sql.empty()): SQL {
  const now = row.createdAt.toISOString();
  return sql`
    insert into generations (
      id, account_id, generation_type, alpha_mode, max_resolution, prompt, seed, inputs, width, height, frames,
      cost, test_mode, simulate, callback_url, idempotency_key, fingerprint, created_at, modified_at
    )
    select ${row.id}, ${row.accountId}, ${row.generationType}, ${row.alphaMode}, ${row.maxResolution}::integer,
      ${row.prompt}, ${row.seed}::bigint, ${inputs}, ${row.width}::integer, ${row.height}::integer,
      ${row.frames}::integer, ${row.cost}::integer, ${row.testMode}::boolean, ${row.simulate}, ${row.callbackUrl},
      ${row.idempotencyKey}, ${JSON.stringify(row.fingerprint)}::jsonb, ${now}::timestamptz, ${now}::timestamptz
    ${from}`;
}

/** What {@link insertEvent} needs of a job inserted as `made`. */
export const returned = sql`returning id, status, progress, created_at`;

/** The SQL of the first event of the job that was `made`. Nobody is told of it, for nobody waits for a job that wasn't. */
export const insertEvent = sql`
  insert into generation_events (generation_id, status, progress, created_at) select * from made`;
