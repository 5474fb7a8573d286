import { createHmac } from 'node:crypto';

const prefix = 'whsec_';

/** What is signed: the `webhook-id`, the `webhook-timestamp` in Unix seconds, and the body as it is sent. */
export interface Signed {
  readonly id: string;
  readonly timestamp: number;
  readonly body: string;
}

/**
 * The `webhook-signature` of a message, as Standard Webhooks 1.0 has it: HMAC-SHA256 over
 * `{id}.{timestamp}.{body}`, one signature for each secret, so that a receiver may know either.
 * @param secrets `whsec_` and base64
 */
export function signWebhook({ id, timestamp, body }: Signed, secrets: readonly string[]): string {
  const content = `${id}.${timestamp}.${body}`;
  return secrets
    .map((secret) => createHmac('sha256', keyOf(secret)).update(content).digest('base64'))
    .map((signature) => `v1,${signature}`)
    .join(' ');
}

/** Writes a key as a secret is given to people. */
export function formatSecret(key: Uint8Array): string {
  return prefix + Buffer.from(key).toString('base64');
}

function keyOf(secret: string): Buffer {
  return Buffer.from(secret.slice(prefix.length), 'base64');
}
