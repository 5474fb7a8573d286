import {
  getOrCreateWebhookSecret,
  listWebhookDeliveries,
  redeliverWebhook,
  rotateWebhookSecret,
  sendTestWebhook,
} from '@restage/core';
import { type Failure, fail, isFailure } from '@restage/errors';
import * as z from 'zod';
import { type Answer, command } from './command.ts';
import { id, limit, line, whole } from './fields.ts';

const statuses = ['pending', 'delivered', 'failed'] as const;

/** `restage-server webhooks …` */
export const webhooks = {
  list: command({
    about: 'list deliveries with their attempts, newest first',
    fields: {
      account: id('account').optional().describe('Those of one account').meta({ placeholder: 'ACCOUNT' }),
      job: id('generation').optional().describe('That of one job').meta({ placeholder: 'JOB' }),
      status: z
        .enum(statuses, `must be one of ${statuses.join(', ')}.`)
        .optional()
        .describe(`Those in one state: ${statuses.join(', ')}`)
        .meta({ placeholder: 'STATUS' }),
      limit,
      after: id('delivery').optional().describe('Go on after this one').meta({ placeholder: 'DELIVERY' }),
    },
    async run(ctx, { account, job, ...filter }) {
      const rows = await listWebhookDeliveries(ctx, { accountId: account, generationId: job, ...filter });
      return {
        kind: 'list',
        name: 'deliveries',
        rows,
        columns: ['id', 'generationId', 'status', 'attempts', 'lastError', 'nextAttemptAt', 'createdAt'],
        none: 'There is no such delivery.',
        next: rows.length === filter.limit ? (rows.at(-1)?.id ?? null) : null,
      };
    },
  }),
  redeliver: command({
    about: 'begin an ended delivery anew; a server that runs sends it within seconds',
    parameters: ['delivery'],
    fields: { delivery: id('delivery') },
    async run(ctx, { delivery }) {
      const redelivery = await redeliverWebhook(ctx, delivery);
      if (redelivery === 'unknown') return fail('NOT_FOUND', `There is no delivery ${delivery}.`);
      return { kind: 'record', record: { id: delivery, redelivery } };
    },
  }),
  test: command({
    about: 'send a test to a URL; a server that runs sends it within seconds',
    parameters: ['account', 'url'],
    fields: { account: id('account'), url: line(2048) },
    async run(ctx, { account, url }) {
      const sent = await sendTestWebhook(ctx, account, url);
      return isFailure(sent) ? sent : { kind: 'record', record: sent };
    },
  }),
  secret: command({
    about: 'show the secret that signs an account’s webhooks',
    parameters: ['account'],
    fields: { account: id('account') },
    async run(ctx, { account }) {
      return shown(account, await getOrCreateWebhookSecret(ctx, account));
    },
  }),
  rotate: command({
    about: 'make another secret; the one before signs too, for some hours',
    parameters: ['account'],
    fields: {
      account: id('account'),
      hours: whole(0, 720)
        .default(24)
        .describe('How long the secret before signs too [24]')
        .meta({ placeholder: 'HOURS' }),
    },
    async run(ctx, { account, hours }) {
      return shown(account, await rotateWebhookSecret(ctx, account, hours * 3_600_000));
    },
  }),
};

function shown(
  account: string,
  secret: Awaited<ReturnType<typeof getOrCreateWebhookSecret>>,
): Answer | Failure {
  return secret
    ? { kind: 'record', record: { account, ...secret } }
    : fail('NOT_FOUND', `There is no account ${account}.`);
}
