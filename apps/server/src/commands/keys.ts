import { issueKey, listKeys, revokeKey } from '@restage/core';
import { isFailure } from '@restage/errors';
import * as z from 'zod';
import { command } from './command.ts';
import { id, line, moment } from './fields.ts';

/** `restage-server keys …` */
export const keys = {
  create: command({
    about: 'make a key, and show it this once',
    parameters: ['account'],
    fields: {
      account: id('account'),
      name: line(100).default('key').describe('What to recognise it by [key]').meta({ placeholder: 'TEXT' }),
      mode: z
        .enum(['live', 'test'], 'must be live or test.')
        .default('live')
        .describe('live, or test: free, and watermarked [live]')
        .meta({ placeholder: 'MODE' }),
      expires: moment
        .optional()
        .describe('When it stops: 12h, 30d or 2027-01-31 [never]')
        .meta({ placeholder: 'WHEN' }),
    },
    async run(ctx, { account, name, mode, expires }) {
      const key = await issueKey(ctx, account, { name, mode, expiresAt: expires?.(ctx.now()) });
      if (isFailure(key)) return key;
      return { kind: 'record', record: key, remark: 'The key is shown this once.' };
    },
  }),
  list: command({
    about: 'list keys, newest first',
    fields: {
      account: id('account').optional().describe('Those of one account').meta({ placeholder: 'ACCOUNT' }),
    },
    async run(ctx, { account }) {
      const rows = await listKeys(ctx, account);
      if (isFailure(rows)) return rows;
      return {
        kind: 'list',
        name: 'keys',
        rows,
        columns: ['id', 'prefix', 'name', 'mode', 'createdAt', 'lastUsedAt', 'expiresAt', 'revokedAt'],
        none: 'There is no key.',
      };
    },
  }),
  revoke: command({
    about: 'end a key; within 5 seconds no process takes it',
    parameters: ['key'],
    fields: { key: id('apiKey') },
    async run(ctx, { key: keyId }) {
      const key = await revokeKey(ctx, keyId);
      return isFailure(key) ? key : { kind: 'record', record: key };
    },
  }),
};
