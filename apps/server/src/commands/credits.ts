import { InvalidArgumentError, int, type Program, text } from '@restage/cli-kit';
import { creditHistory, grantCredits } from '@restage/core';
import { isFailure } from '@restage/errors';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id, parseLimit } from '../command-line/values.ts';

const parseAmount = int(-1_000_000_000, 1_000_000_000);

function parseCredits(received: string): number {
  const credits = parseAmount(received);
  if (credits !== 0) return credits;
  throw new InvalidArgumentError('must not be 0');
}

/** `restage-server credits …` */
export function addCredits(program: Program, execute: Execute): void {
  const credits = program.command('credits').description('Grant credits, and show where they went');
  credits
    .command('grant')
    .description('Add credits to an account, or take some back, as in -20')
    .argument('<account>', '', id('account'))
    .argument('<credits>', '', parseCredits)
    .option('--note <text>', 'the reason, kept with the entry', text(500))
    .action((account, amount, { note }) =>
      execute(async (ctx) => toRecord(await grantCredits(ctx, account, { credits: amount, note }))),
    );
  credits
    .command('history')
    .description("List an account's ledger, newest first")
    .argument('<account>', '', id('account'))
    .option('--limit <n>', 'how many to list, at most 1000', parseLimit, 50)
    .option('--before <entry>', 'continue before this entry', int(1, Number.MAX_SAFE_INTEGER))
    .action((account, { limit, before }) =>
      execute(async (ctx) => {
        const rows = await creditHistory(ctx, account, { limit, before });
        if (isFailure(rows)) return rows;
        return {
          kind: 'list',
          name: 'entries',
          rows,
          columns: ['id', 'createdAt', 'kind', 'credits', 'generationId', 'note'],
          emptyText: 'No entries.',
          next: rows.length === limit ? String(rows.at(-1)?.id) : null,
        };
      }),
    );
}
