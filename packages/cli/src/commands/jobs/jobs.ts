import { formatTable, number, type Program } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';
import type { Execute } from '../../context.ts';

const maxPageSize = 100;

/** `restage jobs`: the account's jobs, newest first. */
export function addJobs(program: Program, execute: Execute): void {
  program
    .command('jobs')
    .description('List jobs, newest first')
    .option('--limit <number>', 'how many to list', number, 20)
    .action(({ limit }) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const jobs: Job[] = [];
        // The server refuses what is no page size; a larger limit only means several pages.
        const list = restage.generations.list({ limit: Math.min(limit, maxPageSize) }, { signal });
        for await (const job of list) {
          jobs.push(job);
          if (jobs.length >= limit) break;
        }
        const rows = jobs.map((job) => [
          job.id,
          job.status,
          `${job.progress} %`,
          job.generation_type,
          job.created_at,
        ]);
        return { data: jobs, text: rows.length > 0 ? formatTable(rows) : 'No jobs yet.' };
      }),
    );
}
