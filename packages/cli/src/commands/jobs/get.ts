import type { Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { Progress } from '../../progress.ts';
import { checkExtensions, checkPaths } from '../files/check-outputs.ts';
import {
  addOutputOptions,
  formatSavedFiles,
  getOutputFiles,
  reportBeside,
  saveOutputs,
} from '../files/outputs.ts';
import { formatJob } from './format-job.ts';

/** `restage get`: a job as it is now or, with `--wait`, once it has completed; and its files. */
export function addGet(program: Program, execute: Execute): void {
  addOutputOptions(
    program
      .command('get')
      .description('Show a job; wait for it with --wait, and save its files with --out')
      .argument('<job-id>')
      .option('--wait', 'wait until the job has completed; saving a file waits too'),
  ).action((id, options) =>
    execute(async (context) => {
      const { restage, terminal, isJson } = context;
      const { signal } = terminal;
      const files = getOutputFiles(context, options);
      checkExtensions(files, undefined);
      await checkPaths(files);
      const current = await restage.generations.get(id, { signal });
      if (!options.wait && Object.keys(files).length === 0) {
        return { data: { job: current, files }, text: formatJob(current) };
      }
      checkExtensions(files, current.generation_type);
      const progress = new Progress(terminal, isJson);
      try {
        const job = await restage.generations.wait(id, {
          signal,
          timeoutMs: options.timeout * 1000,
          onJob: (update) => progress.job(update),
        });
        await saveOutputs(context, job, files);
        progress.end();
        const text = [formatJob(job), formatSavedFiles(files)].filter(Boolean).join('\n');
        return reportBeside(context, files, { data: { job, files }, text });
      } finally {
        progress.end();
      }
    }),
  );
}
