import type { Program } from '@restage/cli-kit';
import type { Execute } from '../../context.ts';
import { addDeliveries } from './deliveries.ts';
import { addSecret } from './secret.ts';

/** `restage webhooks …`: the secret that signs the account's webhooks, and their deliveries. */
export function addWebhooks(program: Program, execute: Execute): void {
  const webhooks = program
    .command('webhooks')
    .description('Inspect, resend and test webhooks, and manage their secret');
  addDeliveries(webhooks, execute);
  addSecret(webhooks, execute);
}
