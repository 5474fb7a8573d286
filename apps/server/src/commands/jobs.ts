import { jobStatuses } from '@restage/contract';
import { inspectGeneration, searchGenerations } from '@restage/core';
import { isFailure } from '@restage/errors';
import * as z from 'zod';
import { command } from './command.ts';
import { id, limit } from './fields.ts';

/** `restage-server jobs …` */
export const jobs = {
  list: command({
    about: 'list jobs of all accounts, newest first',
    fields: {
      account: id('account').optional().describe('Those of one account').meta({ placeholder: 'ACCOUNT' }),
      status: z
        .enum(jobStatuses, `must be one of ${jobStatuses.join(', ')}.`)
        .optional()
        .describe(`Those in one state: ${jobStatuses.join(', ')}`)
        .meta({ placeholder: 'STATUS' }),
      limit,
      after: id('generation').optional().describe('Go on after this one').meta({ placeholder: 'JOB' }),
    },
    async run(ctx, { account, ...filter }) {
      const rows = await searchGenerations(ctx, { accountId: account, ...filter });
      return {
        kind: 'list',
        name: 'jobs',
        rows,
        columns: ['id', 'accountId', 'status', 'progress', 'generationType', 'cost', 'attempt', 'createdAt'],
        none: 'There is no such job.',
        next: rows.length === filter.limit ? (rows.at(-1)?.id ?? null) : null,
      };
    },
  }),
  show: command({
    about: 'show a job, with its ledger entries and its place in the queue',
    parameters: ['job'],
    fields: { job: id('generation') },
    async run(ctx, given) {
      const job = await inspectGeneration(ctx, given.job);
      return isFailure(job) ? job : { kind: 'record', record: job };
    },
  }),
};
