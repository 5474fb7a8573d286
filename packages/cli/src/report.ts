import type { Job } from '@restage/sdk';
import { plain } from './terminal.ts';

/** Rows in columns as wide as they need to be. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [column, cell] of row.entries()) {
      widths[column] = Math.max(widths[column] ?? 0, plain(cell).length);
    }
  }
  const lines = rows.map((row) =>
    row.map((cell, column) => plain(cell).padEnd(widths[column] ?? 0)).join('  '),
  );
  return lines.map((line) => line.trimEnd()).join('\n');
}

/** A job in a few lines. */
export function jobText(job: Job): string {
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
  return table(rows);
}
