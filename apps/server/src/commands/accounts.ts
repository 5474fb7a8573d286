import { createAccount, limitAccount, listAccounts, showAccount } from '@restage/core';
import { isFailure } from '@restage/errors';
import { command } from './command.ts';
import { id, limit, line, whole, wholeOr } from './fields.ts';

const rate = wholeOr('default', 1, 100_000).optional();

/** `restage-server accounts …` */
export const accounts = {
  create: command({
    about: 'make an account',
    parameters: ['email'],
    fields: {
      email: line(254).refine((text) => /^\S+@\S+$/.test(text), 'must be an e-mail address.'),
      credits: whole(0, 1_000_000_000)
        .default(0)
        .describe('Credits that it starts with [0]')
        .meta({ placeholder: 'N' }),
    },
    async run(ctx, made) {
      const { id: created } = await createAccount(ctx, made);
      const account = await showAccount(ctx, created);
      return isFailure(account) ? account : { kind: 'record', record: account };
    },
  }),
  list: command({
    about: 'list the accounts, newest first',
    fields: {
      limit,
      after: id('account').optional().describe('Go on after this one').meta({ placeholder: 'ACCOUNT' }),
    },
    async run(ctx, page) {
      const rows = await listAccounts(ctx, page);
      return {
        kind: 'list',
        name: 'accounts',
        rows,
        columns: ['id', 'email', 'balance', 'inFlight', 'periodUsage', 'createdAt'],
        none: 'There is no account.',
        next: rows.length === page.limit ? (rows.at(-1)?.id ?? null) : null,
      };
    },
  }),
  show: command({
    about: 'show an account',
    parameters: ['account'],
    fields: { account: id('account') },
    async run(ctx, given) {
      const account = await showAccount(ctx, given.account);
      return isFailure(account) ? account : { kind: 'record', record: account };
    },
  }),
  limit: command({
    about: 'give an account limits of its own',
    parameters: ['account'],
    fields: {
      account: id('account'),
      writeRpm: rate.describe('Writes a minute').meta({ placeholder: 'N|default' }),
      readRpm: rate.describe('Reads a minute').meta({ placeholder: 'N|default' }),
      concurrency: wholeOr('default', 1, 10_000)
        .optional()
        .describe('Jobs in flight')
        .meta({ placeholder: 'N|default' }),
      spendingLimit: wholeOr('none', 0, 1_000_000_000)
        .optional()
        .describe('Credits in a calendar month')
        .meta({ placeholder: 'N|none' }),
    },
    async run(ctx, { account: accountId, ...limits }) {
      const account = await limitAccount(ctx, accountId, limits);
      return isFailure(account) ? account : { kind: 'record', record: account };
    },
  }),
};
