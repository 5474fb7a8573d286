import type { Delivery, WebhooksListInput } from '@restage/sdk';
import { RotateCw, Send, X } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useSearchParams } from 'wouter';
import { restage } from '../../api/client.ts';
import { usePages } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { EmptyState } from '../../ui/empty-state.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card } from '../../ui/page.tsx';
import { Select } from '../../ui/select.tsx';
import { ShowMore } from '../../ui/show-more.tsx';
import { SkeletonRows } from '../../ui/skeleton.tsx';
import { type Column, Table } from '../../ui/table.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { useParam } from '../../ui/use-param.ts';
import { DeliveryBadge } from './delivery-badge.tsx';
import { useResend } from './use-resend.ts';

const statuses = [
  { value: 'all', label: 'All statuses' },
  { value: 'pending', label: 'Pending' },
  { value: 'delivered', label: 'Delivered' },
  { value: 'failed', label: 'Failed' },
] as const;

interface DeliveriesProps {
  /** What to do first, where there are none. */
  readonly firstAction: ReactNode;
}

/** The deliveries, newest first, live. The filters `status` and `job` are kept in the page's address. */
export function Deliveries({ firstAction }: DeliveriesProps) {
  const [status, setStatus] = useParam('status', ['all', 'pending', 'delivered', 'failed']);
  const [params, setParams] = useSearchParams();
  const job = params.get('job');
  const filters: WebhooksListInput = {
    ...(status !== 'all' && { status }),
    ...(job !== null && { generation_id: job }),
  };
  const deliveries = usePages(
    ['deliveries', filters],
    (token, options) => restage.webhooks.list({ ...filters, limit: 25 }, options).page(token),
    { refetchInterval: 3_000 },
  );
  const clear = () => setParams({});
  return (
    <Card
      title="Deliveries"
      description="What was sent to your receivers, and what they answered."
      isFlush
      action={
        <Select
          aria-label="Status"
          value={status}
          onValueChange={setStatus}
          options={statuses}
          className="w-36"
        />
      }
    >
      {job !== null && (
        <div className="flex items-center gap-1 border-b border-line px-5 py-2 text-sm text-muted">
          <span className="min-w-0 truncate">
            Of the job <code>{job}</code>
          </span>
          <Button look="quiet" size="icon" aria-label="Show those of all jobs" onClick={clear}>
            <X aria-hidden className="size-3.5" />
          </Button>
        </div>
      )}
      <Loaded
        query={deliveries}
        title="The deliveries can’t be shown"
        skeleton={<SkeletonRows rows={6} className="h-15.75" />}
      >
        {({ pages }) => {
          const rows = pages.flatMap((page) => page.deliveries);
          if (rows.length > 0) {
            return (
              <>
                <DeliveryTable deliveries={rows} />
                <ShowMore query={deliveries} title="More deliveries can’t be shown" />
              </>
            );
          }
          return status === 'all' && job === null ? (
            <EmptyState icon={Send} title="No deliveries yet" action={firstAction}>
              Start a job with a <code>callback_url</code>, and it is called when the job ends. Or try your
              receiver with a test event.
            </EmptyState>
          ) : (
            <EmptyState
              icon={Send}
              title="No such deliveries"
              action={<Button onClick={clear}>Show all deliveries</Button>}
            >
              None of your deliveries fits the filter.
            </EmptyState>
          );
        }}
      </Loaded>
    </Card>
  );
}

function DeliveryTable({ deliveries }: { readonly deliveries: readonly Delivery[] }) {
  const resend = useResend();
  const columns: readonly Column<Delivery>[] = [
    { title: 'Status', cell: ({ status }) => <DeliveryBadge status={status} /> },
    {
      title: 'Event',
      className: 'w-full max-w-0 min-w-32',
      cell: ({ id, generation_id: job, url }) => (
        <>
          <Link
            href={`/webhooks/${id}`}
            className="block truncate font-medium after:absolute after:inset-0 focus-visible:outline-offset-0"
          >
            {job === null ? 'Test event' : <span className="font-mono text-sm">{job}</span>}
          </Link>
          <span className="block truncate text-sm text-muted" title={url}>
            {url}
          </span>
        </>
      ),
    },
    {
      title: 'Attempts',
      align: 'right',
      isOptional: true,
      cell: ({ attempts }) => attempts,
    },
    {
      title: 'When',
      isOptional: true,
      cell: ({ created_at: at }) => <TimeAgo at={at} className="text-muted" />,
    },
    {
      title: 'Resend',
      align: 'right',
      className: 'min-w-14',
      cell: ({ id, status }) =>
        status !== 'pending' && (
          <Button
            size="icon"
            look="quiet"
            title="Resend"
            aria-label={`Resend ${id}`}
            isBusy={resend.isPending && resend.variables === id}
            onClick={() => resend.mutate(id)}
            icon={<RotateCw aria-hidden className="size-4" />}
            className="relative"
          />
        ),
    },
  ];
  return <Table label="Deliveries" columns={columns} rows={deliveries} rowKey={({ id }) => id} hasLinks />;
}
