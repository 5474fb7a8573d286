import type { DeliveryDetails } from '@restage/sdk';
import { ArrowLeft, RotateCw } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link, useParams } from 'wouter';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Skeleton, SkeletonRows } from '../../ui/skeleton.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { DeliveryBadge } from '../webhooks/delivery-badge.tsx';
import { useResend } from '../webhooks/use-resend.ts';
import { Attempts } from './attempts.tsx';
import { Json } from './json.tsx';

/** One webhook: what it says, and how each attempt to deliver it went. */
export default function DeliveryPage() {
  const { id } = useParams<{ id: string }>();
  const delivery = useCall(['deliveries', id], (options) => restage.webhooks.get(id, options), {
    refetchInterval: 2_000,
  });
  const resend = useResend();
  const status = delivery.data?.status;
  return (
    <div className="flex flex-col gap-4">
      <Link
        href="/webhooks"
        className="-mb-1 inline-flex items-center gap-1.5 self-start text-sm font-medium text-muted hover:text-text"
      >
        <ArrowLeft aria-hidden className="size-4" />
        Webhooks
      </Link>
      <Page
        title="Delivery"
        description={
          <span className="flex flex-wrap items-center gap-x-2">
            {status && <DeliveryBadge status={status} />}
            <span className="flex min-w-0 items-center gap-x-1">
              <code className="min-w-0 truncate">{id}</code>
              <CopyButton text={id} label="Copy the delivery’s id" className="-my-1" />
            </span>
          </span>
        }
        action={
          <Button
            look="primary"
            disabled={status === undefined || status === 'pending'}
            isBusy={resend.isPending}
            onClick={() => resend.mutate(id)}
            icon={<RotateCw aria-hidden className="size-4" />}
          >
            Resend
          </Button>
        }
      >
        {resend.error && <ErrorPanel error={resend.error} title="The delivery was not sent again" />}
        <Loaded query={delivery} title="The delivery can’t be shown" skeleton={<DeliverySkeleton />}>
          {(data) => <Details delivery={data} />}
        </Loaded>
      </Page>
    </div>
  );
}

const layout = 'grid items-start gap-6 xl:grid-cols-[minmax(0,2fr)_minmax(0,3fr)]';

function Details({ delivery }: { readonly delivery: DeliveryDetails }) {
  const { generation_id: job, url, created_at, attempt_log, next_attempt_at, payload, status } = delivery;
  return (
    <>
      <Card>
        <dl className="grid gap-x-8 gap-y-4 sm:grid-cols-2 xl:grid-cols-[3fr_2fr_1fr]">
          <Fact name="Callback URL">
            <span className="break-all">{url}</span>
          </Fact>
          <Fact name="Event">
            {job === null ? (
              'Test event, of a job that doesn’t exist'
            ) : (
              <Link
                href={`/jobs/${job}`}
                className="font-mono text-sm break-all underline underline-offset-2"
              >
                {job}
              </Link>
            )}
          </Fact>
          <Fact name="Created">
            <TimeAgo at={created_at} />
          </Fact>
        </dl>
      </Card>
      <div className={layout}>
        <Card title="Attempts">
          {status === 'failed' && (
            <p className="mb-5 rounded-lg bg-danger-soft p-3 text-sm">
              The receiver is not tried any more. Fix it, then resend: the event keeps its id, so that it
              can’t be handled twice.
            </p>
          )}
          <Attempts attempts={attempt_log} nextAt={next_attempt_at} />
        </Card>
        <Card
          title="Payload"
          description="The body, as it would be sent now."
          isFlush
          action={<CopyButton text={JSON.stringify(payload, null, 2)} label="Copy the payload" hasText />}
        >
          <Json value={payload} label="Payload" />
        </Card>
      </div>
    </>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-sm text-muted">{name}</dt>
      <dd className="mt-0.5">{children}</dd>
    </div>
  );
}

function DeliverySkeleton() {
  return (
    <>
      <Card>
        <Skeleton className="h-12" />
      </Card>
      <div className={layout}>
        <Card title="Attempts">
          <Skeleton className="h-18" />
        </Card>
        <Card title="Payload" isFlush>
          <SkeletonRows rows={5} />
        </Card>
      </div>
    </>
  );
}
