import type { AccountUsageInput, Usage } from '@restage/sdk';
import { formatNumber } from '../../../ui/format.ts';
import { type Column, Table } from '../../../ui/table.tsx';
import { formatBucket } from './ranges.ts';
import { meters, outcomes, sum } from './series.ts';

type Bucket = Usage['buckets'][number];
type Group = NonNullable<AccountUsageInput['group_by']>;

interface UsageTableProps {
  readonly buckets: readonly Bucket[];
  readonly group: Group;
}

/** The numbers behind the charts, newest first. */
export function UsageTable({ buckets, group }: UsageTableProps) {
  const columns: readonly Column<Bucket>[] = [
    {
      title: titles[group],
      className: 'whitespace-nowrap',
      cell: ({ start }) => <time dateTime={start}>{formatBucket(start, group)}</time>,
    },
    ...typedEntries(meters).map(([id, { label }]) => count(label, ({ credits }) => credits[id], true)),
    { ...count('Credits', ({ credits }) => sum(Object.values(credits))), className: 'font-medium' },
    ...typedEntries(outcomes).map(([id, { label }]) => count(label, ({ jobs }) => jobs[id])),
  ];
  return (
    <div className="-mx-5 -mb-5">
      <Table label="Usage" columns={columns} rows={buckets.toReversed()} rowKey={({ start }) => start} />
    </div>
  );
}

const titles: Readonly<Record<Group, string>> = { hour: 'Hour', day: 'Day', month: 'Month' };

function count(title: string, read: (bucket: Bucket) => number, isOptional = false): Column<Bucket> {
  return {
    title,
    align: 'right',
    isOptional,
    cell: (bucket) => {
      const value = read(bucket);
      return value === 0 ? <span className="text-faint">0</span> : formatNumber(value);
    },
  };
}

function typedEntries<Key extends string, Value>(record: Readonly<Record<Key, Value>>): [Key, Value][] {
  return Object.entries(record) as [Key, Value][];
}
