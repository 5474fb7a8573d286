import { Webhook } from 'standardwebhooks';

/** The signed parts of a webhook: its `webhook-id`, its `webhook-timestamp`, and its body as it is sent. */
export interface SignedContent {
  readonly id: string;
  readonly timestamp: Date;
  readonly body: string;
}

/**
 * Computes the `webhook-signature` of a webhook (Standard Webhooks 1.0): one signature per secret, so that a receiver
 * can verify with either during a rotation.
 * @param secrets `whsec_` and base64
 */
export function signWebhook({ id, timestamp, body }: SignedContent, secrets: readonly string[]): string {
  return secrets.map((secret) => new Webhook(secret).sign(id, timestamp, body)).join(' ');
}

/** Formats a key as a secret: `whsec_` and base64. */
export function formatSecret(key: Uint8Array): string {
  return `whsec_${Buffer.from(key).toString('base64')}`;
}
