import { safe, verifyWebhook } from '@restage/sdk';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { Inbox } from './inbox.ts';

/** What the receiver needs. */
export interface ReceiverOptions {
  /** The account's `whsec_…`; two of them while one is being replaced. */
  readonly secrets: readonly string[];
  readonly inbox: Inbox;
  /** Called after a new event has been kept. It must not block: the sender waits for the answer. */
  readonly onAccepted: () => void;
}

/** Accepts webhooks: verifies, keeps, answers. The work comes later, so that a slow handler is no failed delivery. */
export function createReceiver({ secrets, inbox, onAccepted }: ReceiverOptions): Hono {
  const app = new Hono();
  app.post('/webhooks', bodyLimit({ maxSize: 1024 * 1024 }), async (c) => {
    // The signature covers the bytes as they arrived. A body that was parsed and printed again has another one.
    const body = await c.req.arrayBuffer();
    const verified = await safe(verifyWebhook({ body, headers: c.req.raw.headers, secret: secrets }));
    if (!verified.ok) {
      console.log(`rejected: ${verified.error.message}`);
      return c.text(verified.error.message, 400);
    }
    // The same on every attempt of a delivery. It is part of what is signed.
    const webhookId = c.req.header('webhook-id') ?? '';
    const isNew = inbox.add(webhookId, verified.value);
    console.log(`${isNew ? 'accepted' : 'repeated'} ${webhookId}`);
    if (isNew) onAccepted();
    // A repeated one is answered like the first: the sender needs to know that it has arrived.
    return c.body(null, 204);
  });
  return app;
}
