import type { JobDetails } from '@restage/sdk';
import { Badge } from '../../ui/badge.tsx';
import { CopyButton } from '../../ui/copy-button.tsx';
import { Fact, Facts } from '../../ui/facts.tsx';
import { formatCredits } from '../../ui/format.ts';
import { TimeAgo } from '../../ui/time-ago.tsx';

const mattes: Readonly<Record<JobDetails['alpha_mode'], string>> = {
  auto: 'Found automatically',
  fill: 'The whole frame',
  custom: 'Your own',
  select: 'Your own, of one frame',
};

/** What a job was, and what it cost. */
export function Summary({ job }: { readonly job: JobDetails }) {
  const isVideo = job.generation_type === 'video';
  return (
    <Facts>
      <Fact name="Cost">
        <Cost job={job} />
      </Fact>
      <Fact name="Type">{isVideo ? `Video, ${job.frames} frames` : 'Image'}</Fact>
      <Fact name="Source size">
        {job.width} × {job.height}
      </Fact>
      <Fact name="Resolution">{job.max_resolution}p</Fact>
      <Fact name="Matte">
        {job.alpha_keyframe_index === null
          ? mattes[job.alpha_mode]
          : `Your own, of frame ${job.alpha_keyframe_index}`}
      </Fact>
      <Fact name="Seed">
        <span className="flex items-center gap-0.5">
          {job.seed}
          <CopyButton text={String(job.seed)} label="Copy the seed" className="-my-2 -mr-2" />
        </span>
      </Fact>
      {job.attempts > 1 && <Fact name="Attempts">{job.attempts}</Fact>}
      <Fact name="Created">
        <TimeAgo at={job.created_at} />
      </Fact>
    </Facts>
  );
}

function Cost({ job: { cost, status, test_mode: isTest } }: { readonly job: JobDetails }) {
  if (isTest) return <Badge tone="warn">Test, free</Badge>;
  if (status !== 'failed' && status !== 'cancelled') return formatCredits(cost);
  return (
    <span className="flex flex-wrap items-center justify-end gap-x-2">
      <s className="text-muted">{formatCredits(cost)}</s>
      <Badge tone="ok">Refunded</Badge>
    </span>
  );
}
