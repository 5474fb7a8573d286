import { reconcile as check } from '@restage/core';
import { command } from './command.ts';

/** `restage-server reconcile`: exit code 1 when anything is off. */
export const reconcile = command({
  about: 'check that ledger, jobs, queue and files agree; changes nothing',
  fields: {},
  async run(ctx) {
    const rows = await check(ctx);
    return {
      kind: 'list',
      name: 'findings',
      rows,
      columns: ['check', 'accountId', 'generationId', 'message'],
      none: 'Nothing is off.',
      exit: rows.length > 0 ? 1 : 0,
    };
  },
});
