import { InvalidArgumentError, int, intOr, type Program, text } from '@restage/cli-kit';
import { createAccount, limitAccount, listAccounts, showAccount } from '@restage/core';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id, parseLimit } from '../command-line/values.ts';

const parseRate = intOr('default', 1, 100_000);
const parseText = text(254);

function parseEmail(received: string): string {
  const email = parseText(received);
  if (/^\S+@\S+$/.test(email)) return email;
  throw new InvalidArgumentError('must be an e-mail address');
}

/** Null for an account that has no limit of its own; undefined for a limit that stays as it is. */
function toLimit(option: number | 'default' | 'none' | undefined): number | null | undefined {
  return typeof option === 'string' ? null : option;
}

/** `restage-server accounts …` */
export function addAccounts(program: Program, execute: Execute): void {
  const accounts = program.command('accounts').description('Manage accounts');
  accounts
    .command('create')
    .description('Create an account')
    .argument('<email>', '', parseEmail)
    .option('--credits <n>', 'credits to start with', int(0, 1_000_000_000), 0)
    .action((email, { credits }) =>
      execute(async (ctx) => {
        const account = await createAccount(ctx, { email, credits });
        return toRecord(await showAccount(ctx, account.id));
      }),
    );
  accounts
    .command('list')
    .description('List accounts, newest first')
    .option('--limit <n>', 'how many to list, at most 1000', parseLimit, 50)
    .option('--after <account>', 'continue after this account', id('account'))
    .action(({ limit, after }) =>
      execute(async (ctx) => {
        const rows = await listAccounts(ctx, { limit, after });
        return {
          kind: 'list',
          name: 'accounts',
          rows,
          columns: ['id', 'email', 'balance', 'inFlight', 'periodUsage', 'createdAt'],
          emptyText: 'No accounts.',
          next: rows.length === limit ? (rows.at(-1)?.id ?? null) : null,
        };
      }),
    );
  accounts
    .command('show')
    .description('Show an account')
    .argument('<account>', '', id('account'))
    .action((account) => execute(async (ctx) => toRecord(await showAccount(ctx, account))));
  accounts
    .command('limit')
    .description('Give an account limits of its own')
    .argument('<account>', '', id('account'))
    .option('--write-rpm <n|default>', 'writes a minute', parseRate)
    .option('--read-rpm <n|default>', 'reads a minute', parseRate)
    .option('--concurrency <n|default>', 'jobs in flight', intOr('default', 1, 10_000))
    .option('--spending-limit <n|none>', 'credits in a calendar month', intOr('none', 0, 1_000_000_000))
    .action((account, { writeRpm, readRpm, concurrency, spendingLimit }) =>
      execute(async (ctx) => {
        const limits = {
          writeRpm: toLimit(writeRpm),
          readRpm: toLimit(readRpm),
          concurrency: toLimit(concurrency),
          spendingLimit: toLimit(spendingLimit),
        };
        return toRecord(await limitAccount(ctx, account, limits));
      }),
    );
}
