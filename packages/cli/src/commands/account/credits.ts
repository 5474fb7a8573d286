import type { Program } from '@restage/cli-kit';
import type { CreditEntry } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { addListOptions, type Columns, reportList } from '../list.ts';

/** `restage credits`: the account's ledger. */
export function addCredits(program: Program, execute: Execute): void {
  addListOptions(
    program
      .command('credits')
      .description('List charges, refunds, grants and corrections of credits, newest first'),
  ).action((options) =>
    execute(({ restage, terminal: { signal } }) =>
      reportList(
        (limit) => restage.usage.credits({ limit }, { signal }),
        options,
        columns,
        'No credits were granted or charged yet.',
      ),
    ),
  );
}

const columns: Columns<CreditEntry> = {
  ID: ({ id }) => id,
  CREATED: ({ created_at }) => created_at,
  KIND: ({ kind }) => kind,
  CREDITS: ({ credits }) => (credits > 0 ? `+${credits}` : credits),
  JOB: ({ generation_id }) => generation_id,
  METER: ({ meter }) => meter,
  NOTE: ({ note }) => note,
};
