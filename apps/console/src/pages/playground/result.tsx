import type { Job } from '@restage/sdk';
import { Ban, Download, RotateCw, Shuffle } from 'lucide-react';
import type { ReactNode } from 'react';
import { Link } from 'wouter';
import { restage } from '../../api/client.ts';
import { toLocalUrl } from '../../api/local-url.ts';
import { useSend } from '../../api/queries.ts';
import { isTerminal, useWatchedJob } from '../../api/use-watched-job.ts';
import { StatusBadge } from '../../ui/badge.tsx';
import { Button, buttonClass } from '../../ui/button.tsx';
import { Comparison } from '../../ui/comparison/comparison.tsx';
import { ErrorPanel } from '../../ui/error-panel.tsx';
import { formatDuration } from '../../ui/format.ts';
import { Progress } from '../../ui/progress.tsx';
import { Skeleton } from '../../ui/skeleton.tsx';
import { type PlaygroundRun, usePlaygroundState } from './state.ts';

interface ResultProps {
  readonly run: PlaygroundRun;
  readonly isStarting: boolean;
  /** Why it could not be started once more. */
  readonly repeatError: unknown;
  /** Starts the same job once more. */
  readonly onRepeat: (options: { readonly seed: 'same' | 'random' }) => void;
}

/** A job while it runs, and what came of it. */
export function Result({ run, isStarting, repeatError, onRepeat }: ResultProps) {
  const { job, error } = useWatchedJob(run.jobId);
  if (!job) {
    return error ? (
      <ErrorPanel error={error} title="The job can’t be followed" />
    ) : (
      <Frame run={run}>
        <Skeleton className="size-full rounded-none" />
      </Frame>
    );
  }
  return (
    <div className="flex flex-col gap-4">
      {job.status === 'completed' && job.output ? (
        <Comparison
          type={job.generation_type}
          before={toLocalUrl(job.output.source)}
          after={toLocalUrl(job.output.render)}
          matte={toLocalUrl(job.output.alpha)}
          size={run.size}
        />
      ) : (
        <Unfinished job={job} run={run} />
      )}
      <div className="flex flex-wrap items-center gap-2">
        {job.output && (
          <a
            href={toLocalUrl(job.output.render)}
            download={`${job.id}.${job.generation_type === 'video' ? 'mp4' : 'png'}`}
            className={buttonClass()}
          >
            <Download aria-hidden className="size-4" />
            Download
          </a>
        )}
        {job.status === 'completed' && (
          <Button
            onClick={() => onRepeat({ seed: 'random' })}
            isBusy={isStarting}
            icon={<Shuffle aria-hidden className="size-4" />}
          >
            Same again with another seed
          </Button>
        )}
        {(job.status === 'failed' || job.status === 'cancelled') && (
          <Button
            onClick={() => onRepeat({ seed: 'same' })}
            isBusy={isStarting}
            icon={<RotateCw aria-hidden className="size-4" />}
          >
            Run again
          </Button>
        )}
        {!isTerminal(job) && <CancelButton job={job} />}
      </div>
      {repeatError !== null && <ErrorPanel error={repeatError} title="The job was not started again" />}
      <Facts job={job} />
    </div>
  );
}

/** A place in the shape of the result. */
function Frame({ run, children }: { readonly run: PlaygroundRun; readonly children: ReactNode }) {
  const { width, height } = run.size ?? { width: 16, height: 9 };
  return (
    <div
      className="relative max-h-[70dvh] w-full overflow-hidden rounded-lg border border-line bg-sunken"
      style={{ aspectRatio: `${width} / ${height}` }}
    >
      {children}
    </div>
  );
}

function Unfinished({ job, run }: { readonly job: Job; readonly run: PlaygroundRun }) {
  if (job.status === 'failed') {
    const message = job.error ?? 'The job failed.';
    return (
      <ErrorPanel error={Object.assign(new Error(message), { code: 'JOB_FAILED' })} title="The job failed" />
    );
  }
  const isCancelled = job.status === 'cancelled';
  return (
    <Frame run={run}>
      <Preview run={run} />
      <div className="absolute inset-0 grid place-items-center p-6">
        {isCancelled ? (
          <p className="flex items-center gap-2 text-muted">
            <Ban aria-hidden className="size-4" />
            Cancelled. The credits are refunded.
          </p>
        ) : (
          <div className="w-full max-w-64 text-center">
            <p className="font-medium">{job.status === 'in_queue' ? 'Waiting for a worker' : 'Rendering'}</p>
            <p className="mt-0.5 mb-3 text-sm text-muted tabular-nums">{job.progress} %</p>
            <Progress label="Progress of the job" value={job.progress} />
          </div>
        )}
      </div>
    </Frame>
  );
}

/** The source of the job behind its progress, if it is still in the form. */
function Preview({ run }: { readonly run: PlaygroundRun }) {
  const { source } = usePlaygroundState();
  if (!source || source.id !== run.sourceId) return null;
  const look = 'absolute inset-0 size-full object-contain opacity-20 blur-sm';
  return source.type === 'image' ? (
    <img src={source.previewUrl} alt="" className={look} />
  ) : (
    <video src={source.previewUrl} muted playsInline aria-hidden="true" tabIndex={-1} className={look} />
  );
}

function CancelButton({ job }: { readonly job: Job }) {
  const cancel = useSend((id: string) => restage.generations.cancel(id), { refresh: ['account', 'jobs'] });
  return (
    <>
      <Button
        onClick={() => cancel.mutate(job.id)}
        isBusy={cancel.isPending}
        icon={<Ban aria-hidden className="size-4" />}
      >
        Cancel
      </Button>
      {cancel.error && <ErrorPanel error={cancel.error} title="The job was not cancelled" />}
    </>
  );
}

/** What is known of the job. */
function Facts({ job }: { readonly job: Job }) {
  const took = job.completed_at && new Date(job.completed_at).getTime() - new Date(job.created_at).getTime();
  return (
    <dl className="flex flex-wrap items-center gap-x-6 gap-y-2 border-t border-line pt-4 text-sm">
      <Fact name="Status">
        <span role="status">
          <StatusBadge status={job.status} />
        </span>
      </Fact>
      <Fact name="Seed used">
        <span className="tabular-nums">{job.seed}</span>
      </Fact>
      {took && <Fact name="Took">{formatDuration(took)}</Fact>}
      <Fact name="Job">
        <Link href={`/jobs/${job.id}`} className="font-mono text-xs underline underline-offset-2">
          {job.id}
        </Link>
      </Fact>
    </dl>
  );
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div className="flex min-w-0 items-center gap-2">
      <dt className="text-faint">{name}</dt>
      <dd className="min-w-0 break-all">{children}</dd>
    </div>
  );
}
