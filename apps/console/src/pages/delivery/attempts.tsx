import type { DeliveryDetails } from '@restage/sdk';
import { Badge } from '../../ui/badge.tsx';
import { cx } from '../../ui/cx.ts';
import { formatDuration, formatExactTime } from '../../ui/format.ts';
import { TimeAgo } from '../../ui/time-ago.tsx';

type Attempt = DeliveryDetails['attempt_log'][number];

interface AttemptsProps {
  readonly attempts: readonly Attempt[];
  /** When the next one is made; null if none is. */
  readonly nextAt: string | null;
}

/** Every attempt and what the receiver answered, newest first. */
export function Attempts({ attempts, nextAt }: AttemptsProps) {
  const numbered = attempts.map((attempt, index) => ({ ...attempt, number: index + 1 })).toReversed();
  return (
    <ol className="flex flex-col">
      {nextAt !== null && (
        <Step dot="animate-pulse bg-info" isLast={numbered.length === 0}>
          <p className="font-medium">Attempt {attempts.length + 1}</p>
          <p className="text-sm text-muted">
            Due <TimeAgo at={nextAt} />
          </p>
        </Step>
      )}
      {numbered.map((attempt, index) => (
        <Step
          key={attempt.number}
          dot={isDelivered(attempt) ? 'bg-ok' : 'bg-danger'}
          isLast={index === numbered.length - 1}
        >
          <div className="flex flex-wrap items-center gap-x-2.5 gap-y-1">
            <p className="font-medium">Attempt {attempt.number}</p>
            <Badge tone={isDelivered(attempt) ? 'ok' : 'danger'}>
              {attempt.status === null ? 'No response' : `HTTP ${attempt.status}`}
            </Badge>
            <span className="text-sm text-muted tabular-nums">{formatDuration(attempt.duration_ms)}</span>
          </div>
          {attempt.error !== null && <p className="mt-0.5 text-sm">{attempt.error}</p>}
          <time dateTime={attempt.at} className="text-sm text-muted">
            {formatExactTime(attempt.at)}
          </time>
        </Step>
      ))}
    </ol>
  );
}

function isDelivered({ status, error }: Attempt): boolean {
  return status !== null && error === null;
}

interface StepProps {
  readonly dot: string;
  readonly isLast: boolean;
  readonly children: React.ReactNode;
}

function Step({ dot, isLast, children }: StepProps) {
  return (
    <li className="flex gap-3.5">
      <div aria-hidden className="flex flex-col items-center">
        <span className={cx('mt-1.5 size-2.5 shrink-0 rounded-full', dot)} />
        {!isLast && <span className="mt-1.5 w-px flex-1 bg-line" />}
      </div>
      <div className={cx('min-w-0', !isLast && 'pb-5')}>{children}</div>
    </li>
  );
}
