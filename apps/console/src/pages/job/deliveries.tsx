import type { Delivery } from '@restage/sdk';
import { RotateCw } from 'lucide-react';
import { restage } from '../../api/client.ts';
import { useCall } from '../../api/queries.ts';
import { Button } from '../../ui/button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Loaded } from '../../ui/loaded.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { DeliveryBadge } from '../webhooks/delivery-badge.tsx';
import { useResend } from '../webhooks/use-resend.ts';

const intervalMs = 3_000;

/** The webhooks of a job, with each attempt to deliver them. */
export function Deliveries({ jobId }: { readonly jobId: string }) {
  const query = useCall(
    ['deliveries', { jobId }],
    (options) => restage.webhooks.list({ generation_id: jobId }, options).page(),
    { refetchInterval: intervalMs },
  );
  return (
    <Loaded
      query={query}
      title="The deliveries can’t be shown"
      skeleton={<Skeleton className="h-16 w-full rounded-lg" />}
    >
      {({ deliveries }) =>
        deliveries.length === 0 ? (
          <p className="text-muted">The webhook is sent as soon as the job has ended.</p>
        ) : (
          <ul className="flex flex-col gap-6">
            {deliveries.map((delivery) => (
              <DeliveryItem key={delivery.id} delivery={delivery} />
            ))}
          </ul>
        )
      }
    </Loaded>
  );
}

function DeliveryItem({ delivery }: { readonly delivery: Delivery }) {
  const { id, url, status, attempts, next_attempt_at: next } = delivery;
  const resend = useResend();
  return (
    <li className="flex flex-col gap-3">
      <div className="flex flex-wrap items-start justify-between gap-3">
        <div className="min-w-0">
          <p className="font-mono text-sm break-all">{url}</p>
          <p className="mt-1.5 flex flex-wrap items-center gap-2 text-sm text-muted">
            <DeliveryBadge status={status} />
            {attempts === 1 ? '1 attempt' : `${attempts} attempts`}
            {next !== null && attempts > 0 && (
              <>
                {' · next '}
                <TimeAgo at={next} />
              </>
            )}
          </p>
        </div>
        {status !== 'pending' && (
          <Button
            size="small"
            isBusy={resend.isPending}
            onClick={() => resend.mutate(id)}
            icon={<RotateCw aria-hidden className="size-3.5" />}
          >
            Resend
          </Button>
        )}
      </div>
      {resend.error && <ErrorPanel error={resend.error} title="The webhook was not sent again" />}
      <Attempts delivery={delivery} />
    </li>
  );
}

/** Every attempt of a delivery, oldest first. */
function Attempts({ delivery: { id, attempts, status } }: { readonly delivery: Delivery }) {
  const query = useCall(['delivery', id, attempts, status], (options) => restage.webhooks.get(id, options), {
    keepPrevious: true,
  });
  return (
    <Loaded query={query} title="The attempts can’t be shown" skeleton={<Skeleton className="h-9 w-full" />}>
      {({ attempt_log: log }) =>
        log.length > 0 && (
          <ol aria-label="Attempts" className="divide-y divide-line rounded-lg border border-line text-sm">
            {log.map((attempt) => (
              <li key={attempt.at} className="flex flex-wrap items-baseline gap-x-3 px-3 py-2">
                <span className={attempt.error === null ? 'font-medium text-ok' : 'font-medium text-danger'}>
                  {attempt.status ?? 'No answer'}
                </span>
                {attempt.error !== null && (
                  <span className="min-w-0 break-words text-muted">{attempt.error}</span>
                )}
                <span className="ml-auto flex gap-3 text-faint tabular-nums">
                  {formatDuration(attempt.duration_ms)}
                  <TimeAgo at={attempt.at} />
                </span>
              </li>
            ))}
          </ol>
        )
      }
    </Loaded>
  );
}
