import { formatTable } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';

/** A job in a few lines. */
export function formatJob(job: Job): string {
  const rows = [
    ['job', job.id],
    ['status', `${job.status}, ${job.progress} %`],
    ['type', `${job.generation_type}, alpha ${job.alpha_mode}, seed ${job.seed}`],
    ['created', job.created_at],
  ];
  if (job.completed_at !== null) rows.push(['completed', job.completed_at]);
  if (job.error !== null) rows.push(['error', job.error]);
  if (job.output) rows.push(['render', job.output.render]);
  if (job.webhook) rows.push(['webhook', `${job.webhook.status}, ${job.webhook.attempts} attempts`]);
  return formatTable(rows);
}
