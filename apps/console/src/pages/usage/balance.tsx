import type { AccountBilling, AccountInfo } from '@restage/sdk';
import type { ReactNode } from 'react';
import { useAccountInfo, useBilling } from '../../api/account.ts';
import { cx } from '../../ui/cx.ts';
import { formatDollars, formatNumber } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';

/** What the account has, and how much of its limits is in use now. */
export function Balance() {
  const billing = useBilling();
  const info = useAccountInfo({ refetchInterval: 5_000 });
  return (
    <div className="grid grid-cols-2 gap-3 sm:gap-4 xl:grid-cols-4">
      <Loaded query={billing} title="The balance can’t be shown" skeleton={<TileSkeleton title="Balance" />}>
        {(data) => <BalanceTile billing={data} type={info.data?.billing_type} />}
      </Loaded>
      <Loaded
        query={billing}
        title="The spending can’t be shown"
        skeleton={<TileSkeleton title={periodTitle} />}
      >
        {(data) => <SpendingTile billing={data} limit={info.data?.spending_limit} />}
      </Loaded>
      <Loaded
        query={info}
        title="The limits can’t be shown"
        skeleton={<TileSkeleton title={requestsTitle} />}
      >
        {({ rate_limits: { rpm } }) => (
          <LimitTile title={requestsTitle} {...rpm}>
            Writes of the last 60 seconds
          </LimitTile>
        )}
      </Loaded>
      <Loaded query={info} title="The limits can’t be shown" skeleton={<TileSkeleton title={jobsTitle} />}>
        {({ rate_limits: { concurrency } }) => (
          <LimitTile title={jobsTitle} {...concurrency}>
            In the queue or being rendered
          </LimitTile>
        )}
      </Loaded>
    </div>
  );
}

const periodTitle = 'Spent this month';
const requestsTitle = 'Requests a minute';
const jobsTitle = 'Jobs in flight';

interface TileProps {
  readonly title: string;
  readonly value: ReactNode;
  /** Beside the value, smaller. */
  readonly of?: string | undefined;
  /** How much of a limit is used: 0 to 1. Without it there is no bar. */
  readonly used?: number | undefined;
  readonly children: ReactNode;
}

function Tile({ title, value, of, used, children }: TileProps) {
  return (
    <section className="card flex min-h-42 min-w-0 flex-col p-4 sm:p-5">
      <h2 className="text-sm font-medium text-muted">{title}</h2>
      <p className="mt-1 flex flex-wrap items-baseline gap-x-2">
        <span className="text-2xl font-semibold tracking-tight tabular-nums">{value}</span>
        {of !== undefined && <span className="text-muted tabular-nums">{of}</span>}
      </p>
      <div className="mt-auto pt-3">
        {used !== undefined && <Bar used={used} />}
        <p className="text-sm text-muted">{children}</p>
      </div>
    </section>
  );
}

/** Says nothing that the numbers beside it don't say. */
function Bar({ used }: { readonly used: number }) {
  const colour = used >= 1 ? 'bg-danger' : used >= 0.8 ? 'bg-warn' : 'bg-accent';
  return (
    <div aria-hidden className="mb-2.5 h-1.5 overflow-hidden rounded-full bg-line">
      <div
        className={cx('h-full rounded-full transition-[width] duration-500', colour)}
        style={{ width: `${Math.min(1, Math.max(0, used)) * 100}%` }}
      />
    </div>
  );
}

function TileSkeleton({ title }: { readonly title: string }) {
  return (
    <Tile title={title} value={<Skeleton className="my-1 h-7 w-24" />}>
      <Skeleton className="h-4 w-28" />
    </Tile>
  );
}

function BalanceTile({
  billing,
  type,
}: {
  readonly billing: AccountBilling;
  readonly type: AccountInfo['billing_type'] | undefined;
}) {
  return (
    <Tile title="Balance" value={formatDollars(billing.prepaid_balance)}>
      {type === 'postpaid' ? 'Billed at the end of the month' : 'Topped up by the server’s operator'}
    </Tile>
  );
}

const monthDays = new Intl.DateTimeFormat('en', { month: 'short', day: 'numeric', timeZone: 'UTC' });

function SpendingTile({
  billing: { current_period_usage: spent, billing_period_end: end },
  limit,
}: {
  readonly billing: AccountBilling;
  /** Dollars; null for no limit, undefined until it is known. */
  readonly limit: number | null | undefined;
}) {
  const resets = `Starts anew ${monthDays.format(end * 1000)}`;
  if (limit === null || limit === undefined) {
    return (
      <Tile title={periodTitle} value={formatDollars(spent)}>
        {limit === null ? `No limit · ${resets}` : resets}
      </Tile>
    );
  }
  return (
    <Tile
      title={periodTitle}
      value={formatDollars(spent)}
      of={`of ${formatDollars(limit)}`}
      used={limit === 0 ? 1 : spent / limit}
    >
      Spending limit. {resets}
    </Tile>
  );
}

function LimitTile({
  title,
  usage,
  limit,
  children,
}: {
  readonly title: string;
  readonly usage: number;
  readonly limit: number;
  readonly children: string;
}) {
  return (
    <Tile title={title} value={formatNumber(usage)} of={`of ${formatNumber(limit)}`} used={usage / limit}>
      {children}
    </Tile>
  );
}
