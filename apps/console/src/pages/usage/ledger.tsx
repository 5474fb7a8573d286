import type { CreditEntry } from '@restage/sdk';
import { Receipt } from 'lucide-react';
import { Link } from 'wouter';
import { restage } from '../../api/client.ts';
import { usePages } from '../../api/queries.ts';
import { Badge } from '../../ui/badge.tsx';
import { buttonClass } from '../../ui/button.tsx';
import { cx } from '../../ui/cx.ts';
import { EmptyState } from '../../ui/empty-state.tsx';
import { formatNumber } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/page.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { meters } from './activity/series.ts';

/** Every credit that came or went. */
export function Ledger() {
  const ledger = usePages(['credits'], (token, options) => restage.usage.credits({}, options).page(token), {
    refetchInterval: 10_000,
  });
  return (
    <Card
      title="Ledger"
      description="Every charge, refund, grant and correction of credits, newest first."
      isFlush
    >
      <Loaded
        query={ledger}
        title="The ledger can’t be shown"
        skeleton={<SkeletonRows rows={8} className="h-15.25" />}
      >
        {({ pages }) => {
          const entries = pages.flatMap((page) => page.entries);
          return entries.length === 0 ? (
            <EmptyState
              icon={Receipt}
              title="Nothing was charged yet"
              action={
                <Link href="/" className={buttonClass()}>
                  Open the Playground
                </Link>
              }
            >
              Restage a picture or a video. What it costs is shown before you start it, and booked here.
            </EmptyState>
          ) : (
            <>
              <Table label="Ledger" columns={columns} rows={entries} rowKey={({ id }) => id} />
              <ShowMore query={ledger} title="More of the ledger can’t be shown" />
            </>
          );
        }}
      </Loaded>
    </Card>
  );
}

const kinds = {
  charge: { label: 'Charge', tone: 'neutral' },
  refund: { label: 'Refund', tone: 'info' },
  grant: { label: 'Grant', tone: 'ok' },
  correction: { label: 'Correction', tone: 'warn' },
} as const satisfies Readonly<Record<CreditEntry['kind'], unknown>>;

const columns: readonly Column<CreditEntry>[] = [
  {
    title: 'Kind',
    className: 'md:w-32',
    cell: ({ kind, created_at: at }) => (
      <>
        <Badge tone={kinds[kind].tone}>{kinds[kind].label}</Badge>
        <TimeAgo at={at} className="mt-1 block text-xs text-muted md:hidden" />
      </>
    ),
  },
  {
    title: 'For',
    className: 'max-w-0 w-full',
    cell: ({ generation_id: job, note, meter }) =>
      job === null ? (
        <span className="block truncate">{note ?? '–'}</span>
      ) : (
        <>
          {meter !== null && <span className="block truncate">{meters[meter].label}</span>}
          <Link
            href={`/jobs/${job}`}
            className="block truncate font-mono text-xs text-muted underline-offset-2 hover:text-text hover:underline"
          >
            {job}
          </Link>
        </>
      ),
  },
  {
    title: 'When',
    isOptional: true,
    cell: ({ created_at: at }) => <TimeAgo at={at} className="text-muted" />,
  },
  {
    title: 'Credits',
    align: 'right',
    cell: ({ credits }) => (
      <span className={cx('font-medium', credits > 0 && 'text-ok')}>
        {credits > 0 ? '+' : '−'}
        {formatNumber(Math.abs(credits))}
      </span>
    ),
  },
];
