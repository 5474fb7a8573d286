import { choice, type Program } from '@restage/cli-kit';
import type { Delivery } from '@restage/sdk';
import type { Execute } from '../../context.ts';
import { addListOptions, type Columns, reportList } from '../list.ts';
import { formatDelivery, formatDeliveryDetails } from './format-delivery.ts';

const statuses = ['pending', 'delivered', 'failed'] as const;

/** `restage webhooks list`, `get`, `resend` and `test`. */
export function addDeliveries(webhooks: Program, execute: Execute): void {
  addListOptions(
    webhooks
      .command('list')
      .description('List deliveries of webhooks, newest first')
      .option('--job <job-id>', 'only of this job')
      .option('--status <status>', 'only pending, delivered or failed ones', choice(statuses)),
  ).action(({ job, status, ...options }) =>
    execute(({ restage, terminal: { signal } }) =>
      reportList(
        (limit) => restage.webhooks.list({ generation_id: job, status, limit }, { signal }),
        options,
        columns,
        'No deliveries.',
      ),
    ),
  );
  webhooks
    .command('get')
    .description('Show a delivery with its body and every attempt')
    .argument('<delivery-id>')
    .action((id) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const delivery = await restage.webhooks.get(id, { signal });
        return { data: delivery, text: formatDeliveryDetails(delivery) };
      }),
    );
  webhooks
    .command('resend')
    .description('Resend a webhook whose delivery has ended, with the same id')
    .argument('<delivery-id>')
    .action((id) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const delivery = await restage.webhooks.redeliver(id, { signal });
        return { data: delivery, text: formatDelivery(delivery), note: formatNextStep(delivery) };
      }),
    );
  webhooks
    .command('test')
    .description('Send a signed test event to a URL')
    .argument('<url>', 'https URL of the receiver')
    .action((callback_url) =>
      execute(async ({ restage, terminal: { signal } }) => {
        const delivery = await restage.webhooks.test({ callback_url }, { signal });
        return { data: delivery, text: formatDelivery(delivery), note: formatNextStep(delivery) };
      }),
    );
}

const columns: Columns<Delivery> = {
  ID: ({ id }) => id,
  JOB: ({ generation_id }) => generation_id ?? 'test',
  STATUS: ({ status }) => status,
  ATTEMPTS: ({ attempts }) => attempts,
  CREATED: ({ created_at }) => created_at,
  'NEXT ATTEMPT': ({ next_attempt_at }) => next_attempt_at,
  URL: ({ url }) => url,
  'LAST ERROR': ({ last_error }) => last_error,
};

function formatNextStep({ id }: Delivery): string {
  return `To see the result: restage webhooks get ${id}`;
}
