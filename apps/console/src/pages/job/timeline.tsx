import type { JobDetails } from '@restage/sdk';
import { cx } from '../../ui/cx.ts';
import { formatDuration, formatExactTime } from '../../ui/format.ts';
import { buildTimeline, type TimelineEntry } from './build-timeline.ts';

/** Each state in words. */
const labels: Readonly<Record<JobDetails['status'], string>> = {
  in_queue: 'Queued',
  processing: 'Rendering began',
  completed: 'Completed',
  failed: 'Failed',
  cancelled: 'Cancelled',
};

const dots: Readonly<Record<JobDetails['status'], string>> = {
  in_queue: 'bg-faint',
  processing: 'bg-info',
  completed: 'bg-ok',
  failed: 'bg-danger',
  cancelled: 'bg-faint',
};

/** The states of a job, one below the other. */
export function Timeline({ job }: { readonly job: JobDetails }) {
  const entries = buildTimeline(job.events);
  return (
    <ol className="flex flex-col">
      {entries.map((entry, index) => (
        <TimelineItem
          key={`${entry.status} ${entry.at}`}
          entry={entry}
          isLast={index === entries.length - 1}
          hasAttempts={job.attempts > 1}
        />
      ))}
    </ol>
  );
}

interface TimelineItemProps {
  readonly entry: TimelineEntry;
  readonly isLast: boolean;
  readonly hasAttempts: boolean;
}

function TimelineItem({ entry, isLast, hasAttempts }: TimelineItemProps) {
  const { status, at, durationMs, attempt } = entry;
  return (
    <li className="relative flex gap-3 pb-5 last:pb-0">
      {!isLast && <span aria-hidden className="absolute top-4 bottom-0 left-[0.28rem] w-px bg-line" />}
      <span aria-hidden className={cx('mt-1.5 size-2.5 shrink-0 rounded-full', dots[status])} />
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-baseline justify-between gap-x-3">
          <span className="font-medium">
            {labels[status]}
            {hasAttempts && attempt !== undefined && `, attempt ${attempt}`}
          </span>
          {durationMs !== undefined && (
            <span className="text-sm text-muted tabular-nums">{formatDuration(durationMs)}</span>
          )}
        </p>
        <time dateTime={at} className="text-xs text-faint">
          {formatExactTime(at)}
        </time>
      </div>
    </li>
  );
}
