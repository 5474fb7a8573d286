import type { Program } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';
import type { Context, Execute } from '../../context.ts';
import { Progress } from '../../progress.ts';
import { checkExtensions, checkPaths } from '../files/check-outputs.ts';
import {
  addOutputOptions,
  formatSavedFiles,
  getOutputFiles,
  reportBeside,
  saveOutputs,
} from '../files/outputs.ts';
import { formatJob, formatJobDetails } from './format-job.ts';

/** `restage get`: a job as it is now or, with `--wait`, once it has completed; and its files. */
export function addGet(program: Program, execute: Execute): void {
  addOutputOptions(
    program
      .command('get')
      .description('Show a job; wait for it with --wait, and save its files with --out')
      .argument('<job-id>')
      .option('--wait', 'wait until the job has completed; saving a file waits too')
      .option('--details', 'show prompt, inputs, size, cost and each change of state too'),
  ).action((id, options) =>
    execute(async (context) => {
      const { restage, terminal, isJson } = context;
      const { signal } = terminal;
      const files = getOutputFiles(context, options);
      checkExtensions(files, undefined);
      await checkPaths(files);
      const current = await restage.generations.get(id, { signal });
      if (!options.wait && Object.keys(files).length === 0) {
        const { job, text } = await describeJob(context, current, options);
        return { data: { job, files }, text };
      }
      checkExtensions(files, current.generation_type);
      const progress = new Progress(terminal, isJson);
      try {
        const completed = await restage.generations.wait(id, {
          signal,
          timeoutMs: options.timeout * 1000,
          onJob: (update) => progress.job(update),
        });
        await saveOutputs(context, completed, files);
        progress.end();
        const { job, text } = await describeJob(context, completed, options);
        const lines = [text, formatSavedFiles(files)].filter(Boolean).join('\n');
        return reportBeside(context, files, { data: { job, files }, text: lines });
      } finally {
        progress.end();
      }
    }),
  );
}

/** The job, or its details if they are asked for, for programs and for people. */
async function describeJob(
  { restage, terminal: { signal } }: Context,
  job: Job,
  options: { readonly details?: true | undefined },
): Promise<{ readonly job: Job; readonly text: string }> {
  if (!options.details) return { job, text: formatJob(job) };
  const details = await restage.generations.details(job.id, { signal });
  return { job: details, text: formatJobDetails(details) };
}
