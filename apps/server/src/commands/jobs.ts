import { choice, type Program } from '@restage/cli-kit';
import { jobStatuses } from '@restage/contract';
import { inspectGeneration, searchGenerations } from '@restage/core';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id, parseLimit } from '../command-line/values.ts';

/** `restage-server jobs …` */
export function addJobs(program: Program, execute: Execute): void {
  const jobs = program.command('jobs').description('Inspect jobs');
  jobs
    .command('list')
    .description('List jobs of all accounts, newest first')
    .option('--account <account>', 'only of this account', id('account'))
    .option('--status <status>', `only with this status: ${jobStatuses.join(', ')}`, choice(jobStatuses))
    .option('--limit <n>', 'how many to list, at most 1000', parseLimit, 50)
    .option('--after <job>', 'continue after this job', id('generation'))
    .action(({ account, ...filter }) =>
      execute(async (ctx) => {
        const rows = await searchGenerations(ctx, { accountId: account, ...filter });
        return {
          kind: 'list',
          name: 'jobs',
          rows,
          columns: [
            'id',
            'accountId',
            'status',
            'progress',
            'generationType',
            'cost',
            'attempt',
            'createdAt',
          ],
          emptyText: 'No matching jobs.',
          next: rows.length === filter.limit ? (rows.at(-1)?.id ?? null) : null,
        };
      }),
    );
  jobs
    .command('show')
    .description('Show a job with its ledger entries and queue entry')
    .argument('<job>', '', id('generation'))
    .action((job) => execute(async (ctx) => toRecord(await inspectGeneration(ctx, job))));
}
