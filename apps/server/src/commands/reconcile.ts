import type { Program } from '@restage/cli-kit';
import { reconcile } from '@restage/core';
import type { Execute } from '../command-line/report.ts';

/** `restage-server reconcile`: exit code 1 if there are findings. */
export function addReconcile(program: Program, execute: Execute): void {
  program
    .command('reconcile')
    .description('Check that ledger, jobs, queue and files are consistent; changes nothing')
    .action(() =>
      execute(async (ctx) => {
        const rows = await reconcile(ctx);
        return {
          kind: 'list',
          name: 'findings',
          rows,
          columns: ['check', 'accountId', 'generationId', 'message'],
          emptyText: 'No inconsistencies.',
          exitCode: rows.length > 0 ? 1 : 0,
        };
      }),
    );
}
