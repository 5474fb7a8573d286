import type { VerbInput } from '@restage/contract';
import type { StoredInputs } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import type { AccountContext } from '../../context.ts';
import type { Generation } from '../row.ts';
import type { ValidatedJob } from './resolve-inputs.ts';

/** What a start has gathered by the time that it writes. */
export interface NewJob {
  readonly id: string;
  readonly input: VerbInput<'generations.start'>;
  readonly digests: Record<string, string>;
  readonly validated: ValidatedJob;
  readonly inputs: StoredInputs;
}

/** The row of a new job. */
export function createJobRow(ctx: AccountContext, { id, input, digests, validated, inputs }: NewJob) {
  const now = new Date(ctx.now());
  return {
    id,
    accountId: ctx.account.id,
    status: 'in_queue',
    progress: 0,
    generationType: input.generation_type,
    alphaMode: input.alpha_mode,
    alphaKeyframeIndex: input.alpha_keyframe_index ?? null,
    maxResolution: input.max_resolution,
    prompt: input.prompt ?? null,
    seed: input.seed ?? new DataView(ctx.random(new Uint8Array(4)).buffer).getUint32(0),
    inputs,
    outputs: null,
    width: validated.probe.width,
    height: validated.probe.height,
    frames: validated.probe.frames,
    cost: validated.cost,
    testMode: ctx.account.mode === 'test',
    simulate: getSimulation(ctx),
    callbackUrl: input.callback_url ?? null,
    idempotencyKey: input.idempotency_key ?? null,
    fingerprint: digests,
    attempt: 0,
    error: null,
    createdAt: now,
    modifiedAt: now,
    completedAt: null,
    sweptAt: null,
    understood: null,
  } as const satisfies Generation;
}

/** What the caller asked to be simulated; ignored for live keys. */
function getSimulation({ account, simulate }: AccountContext) {
  if (account.mode !== 'test') return null;
  return simulate === 'stall' || simulate === 'job-failed' || simulate === 'webhook-failed' ? simulate : null;
}

/**
 * The SQL that inserts a job and its first event, as parts of a statement's `with` list: nothing without the account's
 * row in `debited`. No process is notified, for nobody watches a job that didn't exist.
 */
export function insertGenerationSql(row: Generation): SQL {
  const now = row.createdAt.toISOString();
  // As text: to build this statement out of columns takes a tenth of the whole start.
  return sql`
    inserted as (
      insert into generations (
        id, account_id, generation_type, alpha_mode, alpha_keyframe_index, max_resolution, prompt, seed, inputs, width, height, frames,
        cost, test_mode, simulate, callback_url, idempotency_key, fingerprint, created_at, modified_at
      )
      select
        ${row.id}, id, ${row.generationType}, ${row.alphaMode}, ${row.alphaKeyframeIndex}, ${row.maxResolution}, ${row.prompt}, ${row.seed},
        ${JSON.stringify(row.inputs)}, ${row.width}, ${row.height}, ${row.frames}, ${row.cost}, ${row.testMode},
        ${row.simulate}, ${row.callbackUrl}, ${row.idempotencyKey}, ${JSON.stringify(row.fingerprint)}, ${now}, ${now}
      from debited
      returning id, status, progress, created_at
    ),
    recorded as (
      insert into generation_events (generation_id, status, progress, created_at) select * from inserted
    )`;
}
