import { choice, type Program, parseExpiry, text } from '@restage/cli-kit';
import { issueKey, listKeys, revokeKey } from '@restage/core';
import { isFailure } from '@restage/errors';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id } from '../command-line/values.ts';

/** `restage-server keys …` */
export function addKeys(program: Program, execute: Execute): void {
  const keys = program.command('keys').description('Manage API keys');
  keys
    .command('create')
    .description('Create a key, and show it once')
    .argument('<account>', '', id('account'))
    .option('--name <text>', 'a name to recognise it by', text(100), 'key')
    .option('--mode <mode>', 'live or test; test is free and watermarked', choice(['live', 'test']), 'live')
    .option('--expires <when>', '12h, 30d or 2027-01-31 (default: never)', parseExpiry)
    .action((account, { name, mode, expires }) =>
      execute(async (ctx) => {
        const key = await issueKey(ctx, account, { name, mode, expiresAt: expires?.(ctx.now()) });
        if (isFailure(key)) return key;
        return { kind: 'record', record: key, note: 'This key is shown only once.' };
      }),
    );
  keys
    .command('list')
    .description('List keys, newest first')
    .option('--account <account>', 'only of this account', id('account'))
    .action(({ account }) =>
      execute(async (ctx) => {
        const rows = await listKeys(ctx, account);
        if (isFailure(rows)) return rows;
        return {
          kind: 'list',
          name: 'keys',
          rows,
          columns: ['id', 'prefix', 'name', 'mode', 'createdAt', 'lastUsedAt', 'expiresAt', 'revokedAt'],
          emptyText: 'No keys.',
        };
      }),
    );
  keys
    .command('revoke')
    .description('Revoke a key; no process accepts it after 5 seconds')
    .argument('<key>', '', id('apiKey'))
    .action((key) => execute(async (ctx) => toRecord(await revokeKey(ctx, key))));
}
