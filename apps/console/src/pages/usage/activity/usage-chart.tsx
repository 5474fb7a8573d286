import { lazy, Suspense } from 'react';
import { formatNumber } from '../../../ui/format.ts';
import { Skeleton } from '../../../ui/skeleton.tsx';
import { type Series, sum } from './series.ts';

const Chart = lazy(() => import('./chart.tsx'));

const height = 240;

interface UsageChartProps {
  readonly title: string;
  readonly series: readonly Series[];
  readonly buckets: readonly string[];
}

/** A chart with its total, and what each colour stands for. */
export function UsageChart({ title, series, buckets }: UsageChartProps) {
  const totals = series.map(({ values, ...rest }) => ({ ...rest, total: sum(values) }));
  const total = formatNumber(sum(totals.map((each) => each.total)));
  const parts = totals.map((each) => `${each.label}: ${formatNumber(each.total)}`).join('; ');
  return (
    <section className="min-w-0">
      <h3 className="text-sm font-medium text-muted">{title}</h3>
      <p className="text-xl font-semibold tabular-nums">{total}</p>
      <div className="mt-3" style={{ height }}>
        <Suspense fallback={<Skeleton className="size-full" />}>
          <Chart
            label={`${title}, from ${buckets[0]} to ${buckets.at(-1)}: ${total}. ${parts}.`}
            series={series}
            buckets={buckets}
            height={height}
          />
        </Suspense>
      </div>
      <ul className="mt-3 flex min-h-11.5 flex-wrap content-start gap-x-5 gap-y-1.5 text-sm">
        {totals.map((each) => (
          <li key={each.label} className="flex items-center gap-2 text-muted">
            <span aria-hidden className="size-2.5 rounded-sm" style={{ background: `var(${each.colour})` }} />
            {each.label}
            <span className="font-medium text-text tabular-nums">{formatNumber(each.total)}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Stands where a chart will be. */
export function UsageChartSkeleton() {
  return (
    <div aria-hidden>
      <Skeleton className="h-5 w-16" />
      <Skeleton className="mt-1 h-6 w-24" />
      <div className="mt-3" style={{ height }}>
        <Skeleton className="size-full" />
      </div>
      <Skeleton className="mt-3 h-11.5 w-3/4" />
    </div>
  );
}
