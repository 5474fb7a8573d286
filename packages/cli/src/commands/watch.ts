import type { Job } from '@restage/sdk';
import { command } from '../command.ts';
import { waitMs, waitOptions } from './outputs.ts';

/** `restage watch`: a job as it changes, a line a change, until it has ended. */
export const watch = command({
  summary: 'show a job as it changes, until it has ended; with --json a document a line',
  operands: ['<job id>'],
  options: waitOptions,
  async run({ restage, terminal, quiet }, [id = ''], values) {
    await restage.generations.wait(id, {
      signal: terminal.signal,
      timeoutMs: waitMs(values),
      onJob: (job) => terminal.out(`${quiet ? JSON.stringify(job) : line(job)}\n`),
    });
    return undefined;
  },
});

function line({ modified_at, status, progress }: Job): string {
  return `${modified_at}  ${status.padEnd('processing'.length)}  ${progress} %`;
}
