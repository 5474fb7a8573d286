import type { Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { formatJob } from './format-job.ts';

/** `restage cancel`: cancels a job that has not ended. */
export function addCancel(program: Program, execute: Execute): void {
  program
    .command('cancel')
    .description('Cancel a job that has not ended, and refund it')
    .argument('<job-id>')
    .action((id) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const job = await restage.generations.cancel(id, { signal });
        return { data: { job }, text: formatJob(job) };
      }),
    );
}
