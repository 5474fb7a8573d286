import type { Program } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { addTimeoutOption } from '../files/outputs.ts';

/** `restage watch`: prints a line for each change of a job until it has ended. */
export function addWatch(program: Program, execute: Execute): void {
  addTimeoutOption(
    program
      .command('watch')
      .description('Print each change of a job until it has ended; with --json one document a line')
      .argument('<job-id>'),
  ).action((id, { timeout }) =>
    execute(async ({ restage, terminal, isJson }) => {
      await restage.generations.wait(id, {
        signal: terminal.signal,
        timeoutMs: timeout * 1000,
        onJob: (job) => terminal.out(`${isJson ? JSON.stringify(job) : formatChange(job)}\n`),
      });
      return undefined;
    }),
  );
}

function formatChange({ modified_at, status, progress }: Job): string {
  return `${modified_at}  ${status.padEnd('processing'.length)}  ${progress} %`;
}
