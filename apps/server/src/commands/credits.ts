import { creditHistory, grantCredits } from '@restage/core';
import { isFailure } from '@restage/errors';
import { command } from './command.ts';
import { id, limit, line, whole } from './fields.ts';

/** `restage-server credits …` */
export const credits = {
  grant: command({
    about: 'add credits to an account, or take some back, as in -20',
    parameters: ['account', 'credits'],
    fields: {
      account: id('account'),
      credits: whole(-1_000_000_000, 1_000_000_000).refine((credits) => credits !== 0, 'must not be 0.'),
      note: line(500).optional().describe('Why; kept with the entry').meta({ placeholder: 'TEXT' }),
    },
    async run(ctx, { account, ...grant }) {
      const granted = await grantCredits(ctx, account, grant);
      return isFailure(granted) ? granted : { kind: 'record', record: granted };
    },
  }),
  history: command({
    about: "list an account's ledger, newest first",
    parameters: ['account'],
    fields: {
      account: id('account'),
      limit,
      before: whole(1, Number.MAX_SAFE_INTEGER)
        .optional()
        .describe('Go on before this entry')
        .meta({ placeholder: 'ENTRY' }),
    },
    async run(ctx, { account, ...page }) {
      const rows = await creditHistory(ctx, account, page);
      if (isFailure(rows)) return rows;
      return {
        kind: 'list',
        name: 'entries',
        rows,
        columns: ['id', 'createdAt', 'kind', 'credits', 'generationId', 'note'],
        none: 'The account has no entry.',
        next: rows.length === page.limit ? String(rows.at(-1)?.id) : null,
      };
    },
  }),
};
