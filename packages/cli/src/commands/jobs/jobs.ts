import { choice, type Program } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { addListOptions, type Columns, reportList } from '../list.ts';

const statuses = ['in_queue', 'processing', 'completed', 'failed', 'cancelled'] as const;

/** `restage jobs`: the account's jobs, newest first. */
export function addJobs(program: Program, execute: Execute): void {
  addListOptions(
    program
      .command('jobs')
      .description('List jobs, newest first')
      .option('--status <status>', `only with this status: ${statuses.join(', ')}`, choice(statuses))
      .option('--type <type>', 'only image or video', choice(['image', 'video']))
      .option('--created-after <time>', 'only those created then or later: a date or a time')
      .option('--created-before <time>', 'only those created earlier: a date or a time'),
  ).action(({ status, type, createdAfter, createdBefore, ...options }) =>
    execute(({ restage, terminal: { signal } }) => {
      const filter = {
        status,
        generation_type: type,
        created_after: createdAfter,
        created_before: createdBefore,
      };
      return reportList(
        (limit) => restage.generations.list({ ...filter, limit }, { signal }),
        options,
        columns,
        'No jobs.',
      );
    }),
  );
}

const columns: Columns<Job> = {
  ID: ({ id }) => id,
  STATUS: ({ status }) => status,
  PROGRESS: ({ progress }) => `${progress} %`,
  TYPE: ({ generation_type }) => generation_type,
  CREATED: ({ created_at }) => created_at,
};
