import { createHash } from 'node:crypto';
import type { Connection } from '../../packages/db/src/index.ts';

/**
 * Inserts this many ended jobs of an account, with their queue entries, spread over the first 28 days of this month, over the
 * meters and over the outcomes. Vacuums the tables: otherwise PostgreSQL would
 * begin to do so while the bench measures.
 */
export async function insertEndedJobs(sql: Connection['sql'], account: string, jobs: number): Promise<void> {
  await sql`
    insert into generations (id, account_id, status, progress, generation_type, alpha_mode, max_resolution, prompt,
      seed, inputs, outputs, width, height, frames, cost, fingerprint, attempt, idempotency_key, created_at, completed_at)
    select 'swx_' || lpad(number::text, 26, '0'), ${account}, 'processing', 100,
      (array['image', 'video'])[number % 2 + 1], 'fill', (array[720, 1080])[number / 2 % 2 + 1], 'a beach',
      number, '{"source":{"kind":"blob","key":"inputs/none/source"}}', '{"render":"a","source":"b","alpha":"c"}',
      8, 8, 1, 0, '{}', 1, 'filled-' || number,
      date_trunc('month', now(), 'UTC') + number * (interval '28 days' / ${jobs}::integer), now()
    from generate_series(1, ${jobs}::integer) as number`;
  // Ended by an update, as jobs are: that is when they count as usage.
  await sql`
    update generations set status = (array['completed', 'failed', 'cancelled'])[seed % 3 + 1]
    where account_id = ${account} and status = 'processing'`;
  await sql`
    insert into queue.job (name, data, state, retry_limit, created_on, started_on, completed_on)
    select 'render', jsonb_build_object('generationId', 'swx_' || lpad(number::text, 26, '0')), 'completed', 2,
      now(), now(), now()
    from generate_series(1, ${jobs}::integer) as number`;
  await sql`vacuum analyze`;
}

/** Inserts this many rows into an account's request log, as failed reads leave them, and vacuums. */
export async function insertLoggedRequests(
  sql: Connection['sql'],
  account: string,
  requests: number,
): Promise<void> {
  await sql`
    insert into request_log (id, account_id, at, procedure, transport, status, code, param, message, duration_ms,
      key_prefix)
    select 'req_filled_' || number, ${account}, now(), 'generations.get', 'rest', 404, 'JOB_NOT_FOUND', 'id',
      'This account has no job with that id.', 1, 'rsk_filled'
    from generate_series(1, ${requests}::integer) as number`;
  await sql`vacuum analyze`;
}

/** Inserts accounts whose rate limits never bind, each with a key. @returns the keys */
export async function insertAccounts(sql: Connection['sql'], accounts: number): Promise<string[]> {
  const keys = Array.from({ length: accounts }, (_, number) => `rsk_${String(number).padStart(32, '0')}`);
  for (const key of keys) {
    await sql`insert into accounts (id, email, period, write_rpm, read_rpm)
      values (${`acc_${key}`}, 'bench@example.com', '2000-01-01', 500000, 500000)`;
    const hash = createHash('sha256').update(key).digest('hex');
    await sql`insert into api_keys (id, account_id, hash, prefix, name, mode)
      values (${`key_${key}`}, ${`acc_${key}`}, ${hash}, 'rsk_bench', 'bench', 'live')`;
  }
  return keys;
}
