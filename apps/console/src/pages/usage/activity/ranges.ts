import type { AccountUsageInput } from '@restage/sdk';

const hourMs = 3_600_000;
const dayMs = 24 * hourMs;

/** The spans of time that the page shows. */
export const rangeIds = ['30d', '24h', '7d', '12m'] as const;
export type RangeId = (typeof rangeIds)[number];

export const rangeLabels: Readonly<Record<RangeId, string>> = {
  '24h': 'Last 24 hours',
  '7d': 'Last 7 days',
  '30d': 'Last 30 days',
  '12m': 'Last 12 months',
};

type Group = NonNullable<AccountUsageInput['group_by']>;

/** What a bar of a range stands for. */
export const rangeGroups: Readonly<Record<RangeId, Group>> = {
  '24h': 'hour',
  '7d': 'day',
  '30d': 'day',
  '12m': 'month',
};

/** What to ask for to show a range that ends now, in Unix milliseconds. It stays the same within an hour, day or month. */
export function toUsageInput(range: RangeId, now: number): { group_by: Group; from: string } {
  const group_by = rangeGroups[range];
  const date = new Date(now);
  const firstDay = (days: number) => Math.floor(now / dayMs) * dayMs - (days - 1) * dayMs;
  const from = {
    '24h': Math.floor(now / hourMs) * hourMs - 23 * hourMs,
    '7d': firstDay(7),
    '30d': firstDay(30),
    '12m': Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - 11),
  }[range];
  return { group_by, from: new Date(from).toISOString() };
}

const formats: Readonly<Record<Group, Intl.DateTimeFormat>> = {
  hour: new Intl.DateTimeFormat('en', {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  }),
  day: new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' }),
  month: new Intl.DateTimeFormat('en', { month: 'short', year: 'numeric', timeZone: 'UTC' }),
};

/** The start of a bucket in words. Buckets are counted in UTC. */
export function formatBucket(start: string, group: Group): string {
  return formats[group].format(new Date(start));
}
