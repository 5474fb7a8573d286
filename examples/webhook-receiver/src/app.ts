import { safe, verifyWebhook } from '@restage/sdk';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Inbox } from './inbox.ts';

/** Options of the receiver. */
export interface ReceiverOptions {
  /** The account's `whsec_…` secret; two while one replaces the other. */
  readonly secrets: readonly string[];
  readonly inbox: Inbox;
  /** Called after a new event has been stored. It must not block: the sender waits for the response. */
  readonly onAccepted: () => void;
}

/** Verifies and stores webhooks, and responds. The work is done later, so that a slow handler does not fail the delivery. */
export function createReceiver({ secrets, inbox, onAccepted }: ReceiverOptions): Hono {
  const app = new Hono();
  app.post('/webhooks', bodyLimit({ maxSize: 1024 * 1024 }), async (c) => {
    // The signature covers the raw bytes. A body that was parsed and serialized again does not match it.
    const body = await c.req.arrayBuffer();
    const verified = await safe(verifyWebhook({ body, headers: c.req.raw.headers, secret: secrets }));
    if (!verified.ok) {
      console.log(`rejected: ${verified.error.message}`);
      return c.text(verified.error.message, 400);
    }
    // The same for every attempt of a delivery, and covered by the signature.
    const webhookId = c.req.header('webhook-id') ?? '';
    const isNew = inbox.add(webhookId, verified.value);
    console.log(`${isNew ? 'accepted' : 'repeated'} ${webhookId}`);
    if (isNew) onAccepted();
    // The response to a repeated webhook is the same, so that the sender stops retrying.
    return c.body(null, 204);
  });
  return app;
}
