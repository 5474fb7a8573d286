import { choice, int, type Program, text } from '@restage/cli-kit';
import { limits } from '@restage/contract';
import {
  getOrCreateWebhookSecret,
  listWebhookDeliveries,
  redeliverWebhook,
  rotateWebhookSecret,
  sendTestWebhook,
} from '@restage/core';
import { fail } from '@restage/errors';
import { type Execute, toRecord } from '../command-line/report.ts';
import { id, parseLimit } from '../command-line/values.ts';

const statuses = ['pending', 'delivered', 'failed'] as const;

/** `restage-server webhooks …` */
export function addWebhooks(program: Program, execute: Execute): void {
  const webhooks = program
    .command('webhooks')
    .description('Inspect and repeat deliveries, and manage secrets');
  webhooks
    .command('list')
    .description('List deliveries with their attempts, newest first')
    .option('--account <account>', 'only of this account', id('account'))
    .option('--job <job>', 'only of this job', id('generation'))
    .option('--status <status>', `only with this status: ${statuses.join(', ')}`, choice(statuses))
    .option('--limit <n>', 'how many to list, at most 1000', parseLimit, 50)
    .option('--after <delivery>', 'continue after this delivery', id('delivery'))
    .action(({ account, job, ...filter }) =>
      execute(async (ctx) => {
        const rows = await listWebhookDeliveries(ctx, { accountId: account, generationId: job, ...filter });
        return {
          kind: 'list',
          name: 'deliveries',
          rows,
          columns: ['id', 'generationId', 'status', 'attempts', 'lastError', 'nextAttemptAt', 'createdAt'],
          emptyText: 'No matching deliveries.',
          next: rows.length === filter.limit ? (rows.at(-1)?.id ?? null) : null,
        };
      }),
    );
  webhooks
    .command('redeliver')
    .description('Repeat a delivery that has ended; a running server sends it within seconds')
    .argument('<delivery>', '', id('delivery'))
    .action((delivery) =>
      execute(async (ctx) => {
        const redelivery = await redeliverWebhook(ctx, delivery);
        if (redelivery === 'unknown') return fail('NOT_FOUND', `There is no delivery ${delivery}.`);
        return { kind: 'record', record: { id: delivery, redelivery } };
      }),
    );
  webhooks
    .command('test')
    .description('Send a test webhook to a URL; a running server sends it within seconds')
    .argument('<account>', '', id('account'))
    .argument('<url>', '', text(2048))
    .action((account, url) => execute(async (ctx) => toRecord(await sendTestWebhook(ctx, account, url))));
  webhooks
    .command('secret')
    .description("Show the secret that signs an account's webhooks")
    .argument('<account>', '', id('account'))
    .action((account) =>
      execute(async (ctx) => toSecretRecord(account, await getOrCreateWebhookSecret(ctx, account))),
    );
  webhooks
    .command('rotate')
    .description('Create a new secret; the previous one signs too for some hours')
    .argument('<account>', '', id('account'))
    .option(
      '--hours <n>',
      'how long the previous secret signs too',
      int(limits.secretOverlapHours.min, limits.secretOverlapHours.max),
      limits.secretOverlapHours.default,
    )
    .action((account, { hours }) =>
      execute(async (ctx) =>
        toSecretRecord(account, await rotateWebhookSecret(ctx, account, hours * 3_600_000)),
      ),
    );
}

function toSecretRecord(account: string, secret: Awaited<ReturnType<typeof getOrCreateWebhookSecret>>) {
  return toRecord(secret ? { account, ...secret } : fail('NOT_FOUND', `There is no account ${account}.`));
}
