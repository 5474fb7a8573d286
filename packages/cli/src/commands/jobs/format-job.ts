import type { Job, JobDetails } from '@restage/sdk';
import { type Columns, formatColumns, formatFields } from '../list.ts';

/** A job in a few lines. */
export function formatJob(job: Job): string {
  return formatFields(toFields(job));
}

/** A job with everything that is known of it. */
export function formatJobDetails(job: JobDetails): string {
  const { width, height, frames, inputs, understood, events } = job;
  const fields = formatFields({
    ...toFields(job),
    mode: job.test_mode ? 'test' : 'live',
    prompt: job.prompt,
    size: `${width}×${height}, ${frames} ${frames === 1 ? 'frame' : 'frames'}, max_resolution ${job.max_resolution}`,
    cost: formatCost(job),
    attempts: job.attempts,
    started: job.started_at,
    'source input': inputs.source,
    'alpha input': inputs.alpha,
    'reference input': inputs.reference,
  });
  return [
    fields,
    ...(understood.length > 0 ? [formatColumns(understood, understoodColumns)] : []),
    formatColumns(events, eventColumns),
  ].join('\n\n');
}

function toFields({ output, webhook, ...job }: Job): Record<string, string | null> {
  const attempts = webhook?.attempts === 1 ? 'attempt' : 'attempts';
  return {
    job: job.id,
    status: `${job.status}, ${job.progress} %`,
    type: `${job.generation_type}, alpha ${job.alpha_mode}, seed ${job.seed}`,
    created: job.created_at,
    completed: job.completed_at,
    error: job.error,
    render: output?.render ?? null,
    webhook: webhook ? `${webhook.status}, ${webhook.attempts} ${attempts}` : null,
  };
}

function formatCost({ cost, status }: JobDetails): string {
  const isRefunded = status === 'failed' || status === 'cancelled';
  return `${cost} ${cost === 1 ? 'credit' : 'credits'}${isRefunded ? ', refunded' : ''}`;
}

const understoodColumns: Columns<JobDetails['understood'][number]> = {
  'WORDS OF THE PROMPT': ({ phrase }) => phrase,
  EFFECT: ({ effect }) => effect,
};

const eventColumns: Columns<JobDetails['events'][number]> = {
  TIME: ({ at }) => at,
  STATUS: ({ status }) => status,
  PROGRESS: ({ progress }) => `${progress} %`,
};
