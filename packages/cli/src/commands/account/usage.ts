import { choice, formatTable, type Program } from '@restage/cli-kit';
import type { Usage } from '@restage/sdk';
import type { Execute } from '../../context.ts';

type Bucket = Usage['buckets'][number];
type Width = 'hour' | 'day' | 'month';

/** `restage usage`: credits and jobs over time. */
export function addUsage(program: Program, execute: Execute): void {
  program
    .command('usage')
    .description('Show credits by meter and jobs by outcome, by hour, day or month (UTC)')
    .option('--by <width>', 'hour, day or month', choice(['hour', 'day', 'month']), 'day')
    .option(
      '--from <time>',
      'a date or a time (default: the start of this day by hour, month by day, year by month)',
    )
    .option('--to <time>', 'a date or a time (default: now)')
    .action(({ by, from, to }) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const usage = await restage.usage.get({ group_by: by, from, to }, { signal });
        return { data: usage, text: formatUsage(usage, by) };
      }),
    );
}

/** The length of the part of an ISO 8601 time that names a bucket, as in 2026-01-31. */
const startLengths: Record<Width, number> = { hour: 16, day: 10, month: 7 };

/** A line for each bucket in which something was used, and one with the totals. The server answers with one bucket or more. */
function formatUsage({ buckets }: Usage, width: Width): string {
  const meters = Object.keys(buckets[0]?.credits ?? {}) as (keyof Bucket['credits'])[];
  const counts: Record<string, (bucket: Bucket) => number> = {
    CREDITS: ({ credits }) => sum(Object.values(credits)),
    ...Object.fromEntries(meters.map((meter) => [meter, ({ credits }: Bucket) => credits[meter]])),
    COMPLETED: ({ jobs }) => jobs.completed,
    FAILED: ({ jobs }) => jobs.failed,
    CANCELLED: ({ jobs }) => jobs.cancelled,
  };
  const getCounts = Object.values(counts);
  const rows = buckets
    .filter((bucket) => getCounts.some((getCount) => getCount(bucket) > 0))
    .map((bucket) => [
      bucket.start.slice(0, startLengths[width]).replace('T', ' '),
      ...getCounts.map((getCount) => String(getCount(bucket))),
    ]);
  const totals = getCounts.map((getCount) => String(sum(buckets.map(getCount))));
  return formatTable([['START', ...Object.keys(counts)], ...rows, ['total', ...totals]]);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
