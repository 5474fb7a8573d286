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
    select 'swx_' || lpad(number::text, 26, '0'), ${account}, (array['completed', 'failed', 'cancelled'])[number % 3 + 1],
      100, (array['image', 'video'])[number % 2 + 1], 'fill', (array[720, 1080])[number / 2 % 2 + 1], 'a beach',
      number, '{"source":{"kind":"blob","key":"inputs/none/source"}}', '{"render":"a","source":"b","alpha":"c"}',
      8, 8, 1, 0, '{}', 1, 'filled-' || number,
      date_trunc('month', now(), 'UTC') + number * (interval '28 days' / ${jobs}::integer), now()
    from generate_series(1, ${jobs}::integer) as number`;
  await sql`
    insert into queue.job (name, data, state, retry_limit, created_on, started_on, completed_on)
    select 'render', jsonb_build_object('generationId', 'swx_' || lpad(number::text, 26, '0')), 'completed', 2,
      now(), now(), now()
    from generate_series(1, ${jobs}::integer) as number`;
  await sql`vacuum analyze`;
}
