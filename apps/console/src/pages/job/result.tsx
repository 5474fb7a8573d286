import type { JobDetails } from '@restage/sdk';
import { Ban, Download } from 'lucide-react';
import type { ReactNode } from 'react';
import { toStableUrl } from '../../api/stable-url.ts';
import { buttonClass } from '../../ui/button.tsx';
import { Comparison } from '../../ui/comparison/comparison.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { formatCredits } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';

/** What came of a job, or how far it is. */
export function Result({ job }: { readonly job: JobDetails }) {
  const { status, output, generation_type: type } = job;
  if (status === 'failed') return <Failure job={job} />;
  if (status !== 'completed' || !output) {
    return (
      <Frame job={job}>{status === 'cancelled' ? <Cancelled job={job} /> : <Waiting job={job} />}</Frame>
    );
  }
  const downloads = [
    { title: 'Download', url: output.render },
    { title: 'Download matte', url: output.alpha },
  ];
  return (
    <div className="flex flex-col gap-4">
      <Comparison
        type={type}
        before={toStableUrl(output.source)}
        after={toStableUrl(output.render)}
        matte={toStableUrl(output.alpha)}
        size={job}
      />
      <div className="flex flex-wrap gap-2">
        {downloads.map(({ title, url }) => (
          <a key={title} href={toStableUrl(url)} download className={buttonClass()}>
            <Download aria-hidden className="size-4" />
            {title}
          </a>
        ))}
      </div>
    </div>
  );
}

/** Why a job failed, and what to do about it. */
function Failure({ job }: { readonly job: JobDetails }) {
  const error = Object.assign(new Error(job.error ?? 'The job failed.'), { code: 'JOB_FAILED' });
  return <ErrorPanel error={error} title="The job failed" />;
}

/** A place in the shape of the result. */
function Frame({ job, children }: { readonly job: JobDetails; readonly children: ReactNode }) {
  return (
    <div
      className="grid max-h-[70dvh] min-h-48 w-full place-items-center rounded-lg border border-line bg-sunken p-6"
      style={{ aspectRatio: `${job.width} / ${job.height}` }}
    >
      {children}
    </div>
  );
}

function Waiting({ job: { status, progress } }: { readonly job: JobDetails }) {
  return (
    <div className="w-full max-w-64 text-center">
      <p className="font-medium">{status === 'in_queue' ? 'Waiting for a worker' : 'Rendering'}</p>
      <p className="mt-0.5 mb-3 text-sm text-muted tabular-nums">{progress} %</p>
      <Progress label="Progress of the job" value={progress} />
    </div>
  );
}

function Cancelled({ job: { cost } }: { readonly job: JobDetails }) {
  return (
    <p className="flex items-center gap-2 text-center text-muted">
      <Ban aria-hidden className="size-4 shrink-0" />
      {cost > 0 ? `Cancelled. Its ${formatCredits(cost)} came back.` : 'Cancelled.'}
    </p>
  );
}
