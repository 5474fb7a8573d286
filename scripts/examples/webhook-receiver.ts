import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { assertRender, type ExampleContext, readScript, runOperator, runScript, startScript } from './run.ts';

const example = 'webhook-receiver';

/** Has a job call the receiver back, twice, and somebody else call it too. */
export async function checkWebhookReceiver(context: ExampleContext): Promise<string> {
  const key = { 'rsk_…': context.server.key };
  const script = await readScript(example, 'cd examples/', key);
  const env = { ...context.env, PORT: '0', RECEIVER_DIR: context.directory };
  await using receiver = startScript(script, env);
  const [, url = ''] = await receiver.waitFor(/Listening on (\S+)/);

  const start = await readScript(example, 'npx -y pnpm@12 restage run', {
    ...key,
    'http://127.0.0.1:3000/webhooks': url,
    'restaged.png': join(context.directory, `${example}.png`),
  });
  await runScript(start, context.env);
  const [, id = ''] = await receiver.waitFor(/^accepted (msg_\w+)$/m);
  const [, saved = ''] = await receiver.waitFor(/^saved (.+)$/m);
  assertRender(await readFile(saved));

  await redeliver(context, id);
  await receiver.waitFor(new RegExp(`^repeated ${id}$`, 'm'));
  assert.equal(receiver.output().match(/^saved /gm)?.length, 1, 'a repeated webhook is not handled again');

  const headers = {
    'webhook-id': 'msg_1',
    'webhook-timestamp': String(Math.floor(Date.now() / 1000)),
    'webhook-signature': 'v1,AAAA',
  };
  const forged = await fetch(url, { method: 'POST', headers, body: '{}' });
  assert.equal(forged.status, 400);
  return 'verified a webhook, handled it once, rejected a forged one';
}

/** Sends a delivery again, as soon as the server has recorded how it ended. */
async function redeliver(context: ExampleContext, id: string): Promise<void> {
  for (const deadline = Date.now() + 30_000; ; await sleep(200)) {
    const sent = await runOperator<{ redelivery: string }>(context, 'webhooks', 'redeliver', id);
    if (sent.redelivery !== 'pending') return;
    assert(Date.now() < deadline, `${id} does not end.`);
  }
}
