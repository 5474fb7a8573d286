import { join } from 'node:path';
import { serve } from '@hono/node-server';
import { createReceiver } from './app.ts';
import { createHandler } from './handle.ts';
import { openInbox } from './inbox.ts';

const secrets = (process.env.RESTAGE_WEBHOOK_SECRET ?? '').split(',');
if (!secrets.every((secret) => secret.startsWith('whsec_'))) {
  console.error('Set RESTAGE_WEBHOOK_SECRET to the webhook secret of your account, whsec_….');
  process.exit(1);
}
const directory = process.env.RECEIVER_DIR ?? '.';
const inbox = openInbox(join(directory, 'inbox.sqlite'));
const handlePending = createHandler(inbox, join(directory, 'renders'));

const { fetch } = createReceiver({ secrets, inbox, onAccepted: handlePending });
serve({ fetch, port: Number(process.env.PORT ?? 3000), hostname: '127.0.0.1' }, ({ port }) => {
  console.log(`Listening on http://127.0.0.1:${port}/webhooks`);
  // Events that were received before a restart and not handled.
  handlePending();
});
