import type { JobDetails } from '@restage/sdk';
import { useParams } from 'wouter';
import { isTerminal } from '../../api/use-watched-job.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { Loaded } from '../../ui/loaded.tsx';
import { Card, Page } from '../../ui/page.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { CancelJob } from './cancel-job.tsx';
import { Deliveries } from './deliveries.tsx';
import { Inputs } from './inputs.tsx';
import { JobSkeleton } from './job-skeleton.tsx';
import { Prompt } from './prompt.tsx';
import { Result } from './result.tsx';
import { RunAgainLink } from './run-again.tsx';
import { Summary } from './summary.tsx';
import { Timeline } from './timeline.tsx';
import { useJob } from './use-job.ts';

const jobs = { href: '/jobs', title: 'Jobs' } as const;

export default function JobPage() {
  const { id } = useParams<{ id: string }>();
  const { query, watchError } = useJob(id);
  const { data: job } = query;
  return (
    <Page
      title="Job"
      parent={jobs}
      description={
        <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
          <span role="status" className="inline-flex h-5.5 min-w-24">
            {job ? <StatusBadge status={job.status} /> : <Skeleton className="w-20 rounded-full" />}
          </span>
          <span className="flex min-w-0 items-center font-mono text-sm break-all">
            {id}
            <CopyButton text={id} label="Copy the job’s id" />
          </span>
        </span>
      }
      action={
        job ? (
          isTerminal(job) ? (
            <RunAgainLink job={job} />
          ) : (
            <CancelJob job={job} />
          )
        ) : (
          query.isPending && <Skeleton className="h-9 w-48 rounded-lg" />
        )
      }
    >
      {watchError && (
        <ErrorPanel error={watchError} title="The job can’t be followed" onRetry={query.refetch} />
      )}
      <Loaded query={query} title="The job can’t be shown" skeleton={<JobSkeleton />}>
        {(shown) => <Parts job={shown} />}
      </Loaded>
    </Page>
  );
}

function Parts({ job }: { readonly job: JobDetails }) {
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_19rem]">
      <div className="flex min-w-0 flex-col gap-6">
        {job.status === 'failed' ? (
          <Result job={job} />
        ) : (
          <Card>
            <Result job={job} />
          </Card>
        )}
        <Card title="Prompt">
          <Prompt job={job} />
        </Card>
        <Card title="Inputs">
          <Inputs job={job} />
        </Card>
        {job.webhook && (
          <Card title="Webhook">
            <Deliveries jobId={job.id} />
          </Card>
        )}
      </div>
      <div className="flex min-w-0 flex-col gap-6">
        <Card title="Summary">
          <Summary job={job} />
        </Card>
        <Card title="Timeline">
          <Timeline job={job} />
        </Card>
      </div>
    </div>
  );
}
