import {
  getMeterId,
  type JobStatus,
  limits,
  type MeterId,
  meters,
  type Usage,
  type UsageGroup,
  type VerbInput,
} from '@restage/contract';
import { generations } from '@restage/db';
import { fail } from '@restage/errors';
import { sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';

type Bucket = Usage['buckets'][number];

/** What one statement gives: the jobs of one hour or day, of one kind and outcome. */
interface UsageRow extends Record<string, unknown> {
  /** Unix seconds. */
  readonly start: number;
  readonly status: JobStatus;
  readonly type: 'image' | 'video';
  readonly resolution: 720 | 1080;
  readonly jobs: number;
  readonly credits: number;
}

/**
 * Credits by meter and jobs by outcome, in buckets by the time at which jobs were created, as billing counts them. What a
 * job used is its cost, or nothing once it was refunded: `reconcile` checks that the ledger says the same.
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
  for (let at = start; at < end; at = nextBucket(group, at)) {
    if (buckets.size === limits.usageBuckets) {
      const message = `from and to must be at most ${limits.usageBuckets} buckets apart; ask for a shorter time or larger buckets.`;
      return fail('INVALID_REQUEST', message, { param: 'from' });
    }
    buckets.set(at, emptyBucket(at));
  }
  for (const row of await readUsage(ctx, group === 'hour' ? 'hour' : 'day', start, end)) {
    const bucket = buckets.get(floorTo(group, row.start * 1000));
    if (bucket) addRow(bucket, row);
  }
  const usage: Usage = { buckets: [...buckets.values()] };
  return usage;
}

/** One pass over the index `generations_usage`, without the table: see docs/credits.md. */
async function readUsage(ctx: AccountContext, step: 'hour' | 'day', start: number, end: number) {
  const seconds = step === 'hour' ? 3600 : 86_400;
  return ctx.db.execute<UsageRow>(sql`
    select extract(epoch from date_bin(make_interval(secs => ${seconds}), created_at, timestamptz 'epoch'))::float8 as start,
           status, generation_type as type, max_resolution as resolution, count(*)::int as jobs, sum(cost)::float8 as credits
    from ${generations}
    where account_id = ${ctx.account.id}
      and created_at >= ${new Date(start).toISOString()}::timestamptz
      and created_at < ${new Date(end).toISOString()}::timestamptz
    group by 1, 2, 3, 4`);
}

function addRow(bucket: Bucket, { status, type, resolution, jobs, credits }: UsageRow): void {
  if (status === 'completed' || status === 'failed' || status === 'cancelled') bucket.jobs[status] += jobs;
  if (status !== 'failed' && status !== 'cancelled') bucket.credits[getMeterId(type, resolution)] += credits;
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
