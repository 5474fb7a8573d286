import { number, type Program, toSingleLine } from '@restage/cli-kit';
import type { WebhookSecret } from '@restage/sdk';
import type { Execute, Report } from '../../context.ts';

/** `restage webhooks secret` and `rotate`: standard output gets the secret and nothing else. */
export function addSecret(webhooks: Program, execute: Execute): void {
  webhooks
    .command('secret')
    .description('Print the secret that signs the webhooks')
    .action(() =>
      execute(async ({ restage, terminal: { signal } }) =>
        toReport(await restage.webhooks.secret({ signal })),
      ),
    );
  webhooks
    .command('rotate')
    .description(
      'Create a new secret and print it; the previous one signs too for some hours; needs a live key',
    )
    .option('--overlap-hours <hours>', 'how long the previous secret signs too; 0 if it leaked', number, 24)
    .action(({ overlapHours }) =>
      execute(async ({ restage, terminal: { signal } }) => {
        // A retry would rotate twice, and the secret that receivers have would no longer sign.
        const options = { signal, maxRetries: 0 };
        return toReport(await restage.webhooks.rotateSecret({ overlap_hours: overlapHours }, options));
      }),
    );
}

function toReport(secret: WebhookSecret): Report {
  const { previous_expires_at } = secret;
  return {
    data: secret,
    text: toSingleLine(secret.secret),
    note:
      previous_expires_at === null
        ? undefined
        : `The previous secret signs too, until ${previous_expires_at}.`,
  };
}
