import type { FailureCounts } from '@restage/sdk';
import { Link } from 'wouter';
import { cx } from '../../ui/cx.ts';
import { formatNumber } from '../../ui/format.ts';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { type RequestFilters, toRequestsPath } from './filters.ts';

/** How many codes are shown. */
const maxCodes = 5;

interface FailuresProps {
  readonly counts: FailureCounts;
  readonly filters: RequestFilters;
}

/** The most frequent failures of the week. Each chooses its requests. */
export function Failures({ counts: { failures }, filters }: FailuresProps) {
  const most = failures[0]?.count ?? 0;
  if (most === 0) return <p className="text-muted">No call failed in the last 7 days.</p>;
  return (
    <ul className="-mx-2 flex flex-col">
      {failures.slice(0, maxCodes).map(({ code, count, last_at: lastAt }) => {
        const isChosen = filters.code === code;
        return (
          <li key={code}>
            <Link
              href={toRequestsPath(isChosen ? {} : { code })}
              aria-current={isChosen ? 'true' : undefined}
              className={cx(
                'grid grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 rounded-lg px-2 py-1.5 sm:grid-cols-[16rem_minmax(0,1fr)_4rem_6rem]',
                isChosen ? 'bg-accent-soft' : 'hover:bg-sunken',
              )}
            >
              <span className="truncate font-mono text-sm">{code}</span>
              <span aria-hidden className="max-sm:order-last max-sm:col-span-2">
                <span
                  className="block h-2 min-w-1 rounded-full bg-danger/70"
                  style={{ width: `${(count / most) * 100}%` }}
                />
              </span>
              <span className="text-right text-sm tabular-nums">{formatNumber(count)} ×</span>
              <span className="text-right text-sm text-muted max-sm:hidden">
                <TimeAgo at={lastAt} />
              </span>
            </Link>
          </li>
        );
      })}
    </ul>
  );
}
