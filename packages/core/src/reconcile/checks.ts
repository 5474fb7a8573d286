import { queueSchema } from '@restage/db';
import { type SQL, sql } from 'drizzle-orm';
import { meterSql } from '../accounts/internal.ts';
import { renderDeadQueue, renderQueue } from '../queue.ts';

/** An invariant: a query that finds its violations, and a description of one. */
interface Check {
  /** Returns `account_id`, `generation_id` (or null), and `found` and `expected` as text. */
  readonly query: SQL;
  readonly describe: (found: string, expected: string) => string;
}

/** The hour of a bucket of usage, for people. */
const hourText = sql`to_char(hour at time zone 'UTC', 'YYYY-MM-DD HH24:00 "UTC"')`;

/** The jobs that ended, by outcome, of a row that may be missing. */
const countsText = (table: 'u' | 'g') =>
  sql.raw(
    `format('%s completed, %s failed, %s cancelled', ${['completed', 'failed', 'cancelled'].map((column) => `coalesce(${table}.${column}, 0)`).join(', ')})`,
  );

/** The invariants within the database. Each query checks every row, and returns the violations. */
export const checks = {
  balance: {
    describe: (found, expected) => `the balance is ${found}, and the entries sum to ${expected}`,
    query: sql`
      select a.id as account_id, null as generation_id,
             a.balance::text as found, coalesce(e.credits, 0)::text as expected
      from accounts a
      left join (select account_id, sum(credits) as credits from credit_entries group by account_id) e
        on e.account_id = a.id
      where a.balance <> coalesce(e.credits, 0)`,
  },
  'in-flight': {
    describe: (found, expected) => `${found} jobs are counted in flight, and ${expected} are`,
    query: sql`
      select a.id as account_id, null as generation_id,
             a.in_flight::text as found, coalesce(g.jobs, 0)::text as expected
      from accounts a
      left join (select account_id, count(*) as jobs from generations
                 where status in ('in_queue', 'processing') group by account_id) g on g.account_id = a.id
      where a.in_flight <> coalesce(g.jobs, 0)`,
  },
  'period-usage': {
    describe: (found, expected) => `the period's usage is ${found}, and its jobs' entries sum to ${expected}`,
    query: sql`
      select a.id as account_id, null as generation_id,
             a.period_usage::text as found, coalesce(u.credits, 0)::text as expected
      from accounts a
      left join lateral (
        select -sum(e.credits) as credits from generations g
        join credit_entries e on e.generation_id = g.id
        where g.account_id = a.id and g.created_at >= a.period::timestamp at time zone 'UTC'
          and g.created_at < (a.period + interval '1 month') at time zone 'UTC') u on true
      where a.period_usage <> coalesce(u.credits, 0)`,
  },
  usage: {
    describe: (found, expected) =>
      `the usage of ${found} credits, and the ledger's entries sum to ${expected}`,
    // By the hour, the finest bucket. The ledger is summed as billing sums it.
    query: sql`
      select account_id, null as generation_id,
             format('%s in the hour of %s is %s', meter, ${hourText}, coalesce(u.credits, 0)) as found,
             coalesce(e.credits, 0)::text as expected
      from (
        select account_id, hour, meter, sum(credits) as credits
        from (
          select account_id, hour, meter, credits from usage_hours
          union all
          select account_id, date_trunc('hour', created_at, 'UTC'), ${meterSql}, cost from generations
          where status in ('in_queue', 'processing')) used
        group by account_id, hour, meter) u
      full join (
        select e.account_id, date_trunc('hour', g.created_at, 'UTC') as hour, e.meter, -sum(e.credits) as credits
        from credit_entries e join generations g on g.id = e.generation_id
        where e.meter is not null
        group by 1, 2, 3) e using (account_id, hour, meter)
      where coalesce(u.credits, 0) <> coalesce(e.credits, 0)`,
  },
  'usage-jobs': {
    describe: (found, expected) => `the usage of ${found} jobs, and the jobs are ${expected}`,
    query: sql`
      select account_id, null as generation_id,
             format('%s in the hour of %s counts %s', meter, ${hourText}, ${countsText('u')}) as found,
             ${countsText('g')} as expected
      from usage_hours u
      full join (
        select account_id, date_trunc('hour', created_at, 'UTC') as hour, ${meterSql} as meter,
               count(*) filter (where status = 'completed') as completed,
               count(*) filter (where status = 'failed') as failed,
               count(*) filter (where status = 'cancelled') as cancelled
        from generations where status not in ('in_queue', 'processing')
        group by 1, 2, 3) g using (account_id, hour, meter)
      where ${countsText('u')} <> ${countsText('g')}`,
  },
  charge: {
    describe: (found, expected) => `the job was charged ${found} credits, and costs ${expected}`,
    query: sql`
      select g.account_id, g.id as generation_id,
             coalesce(-e.credits, 0)::text as found, g.cost::text as expected
      from generations g
      left join credit_entries e on e.generation_id = g.id and e.kind = 'charge'
      where coalesce(-e.credits, 0) <> g.cost`,
  },
  refund: {
    describe: (found, expected) => `${found} credits were refunded, where it should be ${expected}`,
    query: sql`
      select g.account_id, g.id as generation_id, coalesce(e.credits, 0)::text as found,
             (case when g.status in ('failed', 'cancelled') then g.cost else 0 end)::text as expected
      from generations g
      left join credit_entries e on e.generation_id = g.id and e.kind = 'refund'
      where coalesce(e.credits, 0) <> case when g.status in ('failed', 'cancelled') then g.cost else 0 end`,
  },
  owner: {
    describe: (found, expected) =>
      `an entry of the job is in the ledger of ${found}, and the job is ${expected}'s`,
    query: sql`
      select g.account_id, g.id as generation_id, e.account_id as found, g.account_id as expected
      from credit_entries e join generations g on g.id = e.generation_id
      where e.account_id <> g.account_id`,
  },
  queue: {
    describe: (found) => `the job is ${found}, and no queue entry will bring it to a worker`,
    query: sql`
      select g.account_id, g.id as generation_id, g.status as found, '' as expected
      from generations g
      where g.status in ('in_queue', 'processing') and g.simulate is distinct from 'stall' and not exists (
        select from ${sql.identifier(queueSchema)}.job q
        where q.name in (${renderQueue}, ${renderDeadQueue}) and q.state in ('created', 'retry', 'active')
          and q.data->>'generationId' = g.id)`,
  },
} as const satisfies Record<string, Check>;
