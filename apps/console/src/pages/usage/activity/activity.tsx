import type { Usage } from '@restage/sdk';
import { restage } from '../../../api/client.ts';
import { useCall } from '../../../api/queries.ts';
import { Loaded } from '../../../ui/loaded.tsx';
import { Card } from '../../../ui/page.tsx';
import { Select } from '../../../ui/select.tsx';
import { SkeletonRows } from '../../../ui/skeleton.tsx';
import { Tabs } from '../../../ui/tabs.tsx';
import { useParam } from '../../../ui/use-param.ts';
import { formatBucket, type RangeId, rangeGroups, rangeIds, rangeLabels, toUsageInput } from './ranges.ts';
import { toCreditSeries, toJobSeries } from './series.ts';
import { UsageChart, UsageChartSkeleton } from './usage-chart.tsx';
import { UsageTable } from './usage-table.tsx';

/** Credits and jobs over time, as charts or as a table. The range and the view are kept in the page's address. */
export function Activity() {
  const [range, setRange] = useParam('range', rangeIds);
  const [view, setView] = useParam('view', ['chart', 'table']);
  const input = toUsageInput(range, Date.now());
  const usage = useCall(['usage', input], (options) => restage.usage.get(input, options), {
    refetchInterval: 15_000,
    keepPrevious: true,
  });
  // What is shown may still be that of another range.
  const group = rangeGroups[range];
  return (
    <Card
      title="Activity"
      description={`By the ${group} in which jobs were created, in UTC. Refunded credits are not counted.`}
      action={
        <Select
          aria-label="Range"
          value={range}
          onValueChange={setRange}
          options={(['24h', '7d', '30d', '12m'] satisfies RangeId[]).map((value) => ({
            value,
            label: rangeLabels[value],
          }))}
          className="w-40"
        />
      }
    >
      <Tabs
        label="View"
        value={view}
        onValueChange={setView}
        tabs={[
          {
            value: 'chart',
            label: 'Chart',
            content: (
              <Loaded query={usage} title="The usage can’t be shown" skeleton={<ChartsSkeleton />}>
                {({ buckets }) => <Charts buckets={buckets} range={range} />}
              </Loaded>
            ),
          },
          {
            value: 'table',
            label: 'Table',
            content: (
              <Loaded query={usage} title="The usage can’t be shown" skeleton={<SkeletonRows rows={8} />}>
                {({ buckets }) => <UsageTable buckets={buckets} group={group} />}
              </Loaded>
            ),
          },
        ]}
      />
    </Card>
  );
}

const columns = 'grid gap-x-10 gap-y-8 pt-1 xl:grid-cols-2';

interface ChartsProps {
  readonly buckets: Usage['buckets'];
  readonly range: RangeId;
}

function Charts({ buckets, range }: ChartsProps) {
  const labels = buckets.map(({ start }) => formatBucket(start, rangeGroups[range]));
  return (
    <div className={columns}>
      <UsageChart title="Credits" series={toCreditSeries(buckets)} buckets={labels} />
      <UsageChart title="Jobs" series={toJobSeries(buckets)} buckets={labels} />
    </div>
  );
}

function ChartsSkeleton() {
  return (
    <div className={columns} role="status" aria-label="Loading">
      <UsageChartSkeleton />
      <UsageChartSkeleton />
    </div>
  );
}
