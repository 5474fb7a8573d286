import type { JobSummary } from '@restage/sdk';
import { Link } from 'wouter';
import { toStableUrl } from '../../api/stable-url.ts';
import { Badge, StatusBadge } from '../../ui/badge.tsx';
import { formatCredits } from '../../ui/format.ts';
import { getJobTitle } from '../../ui/job-title.ts';
import { Progress } from '../../ui/progress.tsx';
import { Thumbnail } from '../../ui/thumbnail.tsx';
import { TimeAgo } from '../../ui/time-ago.tsx';
import { typeLabels } from './filters.ts';

/** The height of a row, in pixels. All are alike, so that the list knows where each one is. */
export const rowHeight = 72;

interface JobRowProps {
  readonly job: JobSummary;
  /** Its place among all jobs that are shown, from 0. */
  readonly index: number;
}

/** A job of the list. The whole row is its link. */
export function JobRow({ job, index }: JobRowProps) {
  const { id, status, progress, generation_type: type, max_resolution: resolution } = job;
  const title = getJobTitle(job);
  return (
    <tr
      data-index={index}
      aria-rowindex={index + 2}
      style={{ height: rowHeight }}
      className="relative border-b border-line last:border-0 hover:bg-sunken/60"
    >
      <td className="max-w-0 py-0 pr-4 pl-5">
        <span className="flex items-center gap-4">
          <Thumbnail type={type} url={getPreview(job)} className="h-12 w-18" />
          <span className="flex min-w-0 flex-col">
            <Link
              href={`/jobs/${id}`}
              className="truncate font-medium after:absolute after:inset-0 focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:-outline-offset-2 focus-visible:after:outline-accent"
            >
              {title}
            </Link>
            <span className="truncate font-mono text-xs text-faint max-md:hidden">{id}</span>
            <span className="mt-1 flex items-center gap-2 text-xs text-faint md:hidden">
              <StatusBadge status={status} />
              <TimeAgo at={job.created_at} />
            </span>
          </span>
        </span>
      </td>
      <td className="w-40 px-4 max-md:hidden">
        <StatusBadge status={status} />
        {status === 'processing' && (
          <Progress value={progress} label={`Progress of ${title}`} className="mt-1.5 ml-1 w-24" />
        )}
      </td>
      <td className="w-32 px-4 max-lg:hidden">
        <span className="block">{typeLabels[type]}</span>
        <span className="block text-xs whitespace-nowrap text-faint">
          {type === 'video' ? `${resolution}p · ${job.frames} frames` : `${resolution}p`}
        </span>
      </td>
      <td className="w-28 px-4 text-right whitespace-nowrap tabular-nums max-md:hidden">
        <Cost job={job} />
      </td>
      <td className="w-32 py-0 pr-5 pl-4 text-right text-muted max-md:hidden">
        <TimeAgo at={job.created_at} />
      </td>
    </tr>
  );
}

function Cost({ job: { cost, status, test_mode: isTest } }: { readonly job: JobSummary }) {
  if (isTest) return <Badge tone="warn">Test</Badge>;
  const isRefunded = status === 'failed' || status === 'cancelled';
  return isRefunded ? <span className="text-faint">Refunded</span> : formatCredits(cost);
}

/** The picture of a job: its result, or until there is one its source, where the page may load it. */
function getPreview({ output, inputs }: JobSummary): string | undefined {
  const url = output?.render ?? inputs.source;
  if (url === null) return undefined;
  const shown = toStableUrl(url);
  return shown.startsWith(location.origin) ? shown : undefined;
}
