import { limits, type MeterId, meters, type Usage, type UsageGroup, type VerbInput } from '@restage/contract';
import { generations, usageHours } from '@restage/db';
import { fail } from '@restage/errors';
import { type Column, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { meterSql } from './internal.ts';

type Bucket = Usage['buckets'][number];

/** The jobs of one bucket and meter. */
interface UsageRow extends Record<string, unknown> {
  /** Unix seconds. */
  readonly start: number;
  readonly meter: MeterId;
  readonly completed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly credits: number;
}

/**
 * Credits by meter and jobs by outcome, in buckets by the time at which jobs were created, as billing counts them. What a
 * job used is its cost, or nothing once it was refunded: `reconcile` checks that the ledger says the same. Buckets are whole,
 * the last one too.
 */
export async function accountUsage(ctx: AccountContext, input: VerbInput<'account.usage'>) {
  const group = input.group_by;
  const now = ctx.now();
  const end = input.to === undefined ? now + 1 : Date.parse(input.to);
  const start = floorTo(
    group,
    input.from === undefined ? startOfDefault(group, end) : Date.parse(input.from),
  );
  if (end <= start) return fail('INVALID_REQUEST', 'to must be later than from.', { param: 'to' });
  const buckets = new Map<number, Bucket>();
  let endOfLast = start;
  while (endOfLast < end) {
    if (buckets.size === limits.usageBuckets) {
      const message = `from and to must be at most ${limits.usageBuckets} buckets apart; ask for a shorter time or larger buckets.`;
      return fail('INVALID_REQUEST', message, { param: 'from' });
    }
    buckets.set(endOfLast, emptyBucket(endOfLast));
    endOfLast = nextBucket(group, endOfLast);
  }
  for (const row of await readUsage(ctx, group, start, endOfLast)) {
    const bucket = buckets.get(row.start * 1000);
    if (bucket) addRow(bucket, row);
  }
  const usage: Usage = { buckets: [...buckets.values()] };
  return usage;
}

/**
 * Reads the sums of the jobs that have ended, and adds the few jobs in flight to them.
 * @param start first instant of the first bucket
 * @param end first instant after the last bucket; both in Unix milliseconds
 */
async function readUsage({ db, account }: AccountContext, group: UsageGroup, start: number, end: number) {
  const isWithin = (column: Column) =>
    sql`${column} >= to_timestamp(${start / 1000}::float8) and ${column} < to_timestamp(${end / 1000}::float8)`;
  return db.execute<UsageRow>(sql`
    select extract(epoch from start)::float8 as start, meter, sum(completed)::float8 as completed,
      sum(failed)::float8 as failed, sum(cancelled)::float8 as cancelled, sum(credits)::float8 as credits
    from (
      select date_trunc(${group}::text, hour, 'UTC') as start, meter, completed, failed, cancelled, credits
      from ${usageHours}
      where account_id = ${account.id} and ${isWithin(usageHours.hour)}
      union all
      select date_trunc(${group}::text, created_at, 'UTC'), ${meterSql}, 0, 0, 0, cost
      from ${generations}
      where account_id = ${account.id} and ${isWithin(generations.createdAt)}
        and status in ('in_queue', 'processing')
    ) as used (start, meter, completed, failed, cancelled, credits)
    group by used.start, meter`);
}

function addRow({ credits, jobs }: Bucket, row: UsageRow): void {
  credits[row.meter] += row.credits;
  jobs.completed += row.completed;
  jobs.failed += row.failed;
  jobs.cancelled += row.cancelled;
}

function emptyBucket(start: number): Bucket {
  const credits = Object.fromEntries((Object.keys(meters) as MeterId[]).map((id) => [id, 0]));
  return {
    start: new Date(start).toISOString(),
    credits: credits as Bucket['credits'],
    jobs: { completed: 0, failed: 0, cancelled: 0 },
  };
}

/** The first instant of the bucket that holds this one; Unix milliseconds. */
function floorTo(group: UsageGroup, at: number): number {
  const date = new Date(at);
  if (group === 'hour') return date.setUTCMinutes(0, 0, 0);
  if (group === 'month') date.setUTCDate(1);
  return date.setUTCHours(0, 0, 0, 0);
}

function nextBucket(group: UsageGroup, start: number): number {
  const date = new Date(start);
  if (group === 'month') return date.setUTCMonth(date.getUTCMonth() + 1);
  return start + (group === 'day' ? 86_400_000 : 3_600_000);
}

/** Where nothing is asked for: the day so far by the hour, the month so far by the day, the year so far by the month. */
function startOfDefault(group: UsageGroup, end: number): number {
  const last = end - 1;
  if (group === 'hour') return floorTo('day', last);
  const month = floorTo('month', last);
  return group === 'day' ? month : new Date(month).setUTCMonth(0);
}
