import { randomBytes } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { startWebhookWorkers } from '@restage/core';
import { fixturePath } from '@restage/fixtures';
import { openTransports } from '@restage/testing/support';
import { Webhook } from 'standardwebhooks';
import { afterAll, describe, expect, onTestFinished, test } from 'vitest';
import { runCli } from '../src/cli.ts';
import { exitCodes } from '../src/exit-codes.ts';

const secret = `whsec_${randomBytes(32).toString('base64')}`;
const photograph = fixturePath('cat.png');
const event = { id: 'swx_1', status: 'failed', error: 'The decoder gave up.', completed_at: null };

/** `restage listen` on a free port, and what it has written. */
async function listening(words: readonly string[], env: Record<string, string> = {}) {
  const written = { out: '', err: '' };
  const interrupt = new AbortController();
  const ended = runCli(['listen', '--port', '0', ...words], {
    env: { RESTAGE_WEBHOOK_SECRET: secret, ...env },
    stdin: Readable.from([]),
    out: (more) => {
      written.out += more;
    },
    err: (more) => {
      written.err += more;
    },
    columns: undefined,
    signal: interrupt.signal,
  });
  onTestFinished(async () => {
    interrupt.abort();
    await ended;
  });
  const place = /on (http:\S+)\. /;
  await expect.poll(() => written.err).toMatch(place);
  return { written, interrupt, ended, url: place.exec(written.err)?.[1] ?? '' };
}

/** Sends a webhook, signed as the reference library does. */
function send(url: string, body = JSON.stringify(event), key = secret): Promise<Response> {
  const now = new Date();
  return fetch(url, {
    method: 'POST',
    body,
    headers: {
      'webhook-id': 'msg_1',
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(key).sign('msg_1', now, body),
    },
  });
}

/** A program that takes webhooks on a port of its own. */
async function program(status: number) {
  const arrived: { url: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    arrived.push({ url: request.url ?? '', headers: request.headers, body: await text(request) });
    response.writeHead(status).end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { arrived, port: String((server.address() as AddressInfo).port) };
}

describe('restage listen', () => {
  test('shows what is genuine, and ends well on Ctrl-C', async () => {
    const { url, written, interrupt, ended } = await listening([]);
    expect((await send(url)).status).toBe(204);
    await expect.poll(() => written.out).toBe('swx_1  failed  The decoder gave up.\n');
    interrupt.abort();
    expect(await ended).toBe(exitCodes.done);
    await expect(fetch(url)).rejects.toThrow();
  });

  test.each<[string, (url: string) => Promise<Response>]>([
    ['another secret', (url) => send(url, undefined, `whsec_${randomBytes(32).toString('base64')}`)],
    ['no signature', (url) => fetch(url, { method: 'POST', body: JSON.stringify(event) })],
    ['what is no event', (url) => send(url, '{}')],
  ])('answers 400 to %s, says why, and sends nothing on', async (_, sending) => {
    const { arrived, port } = await program(204);
    const { url, written } = await listening(['--forward', port]);
    expect((await sending(url)).status).toBe(400);
    await expect.poll(() => written.err).toContain('The sender got status 400.');
    expect(written.out).toBe('');
    expect(arrived).toEqual([]);
  });

  test('a body without end is refused', async () => {
    const { url } = await listening([]);
    expect((await send(url, 'x'.repeat(2_000_000))).status).toBe(413);
  });

  test('sends on what is genuine, so that it is genuine there too', async () => {
    const { arrived, port } = await program(201);
    const { url } = await listening(['--forward', `${port}/hooks?a=1`]);
    expect((await send(`${url}/anything`)).status).toBe(201);
    const [there] = arrived;
    expect(there?.url).toBe('/hooks?a=1');
    const headers = there?.headers as Record<string, string>;
    expect(new Webhook(secret).verify(there?.body ?? '', headers)).toEqual(event);
  });

  test('its answer is that of the program, or 502 where there is none', async () => {
    const busy = await program(503);
    const one = await listening(['--forward', busy.port]);
    expect((await send(one.url)).status).toBe(503);
    await expect.poll(() => one.written.err).toContain('answered 503.');
    const other = await listening(['--forward', '1']);
    expect((await send(other.url)).status).toBe(502);
    await expect.poll(() => other.written.err).toContain('Nothing answers at http://127.0.0.1:1/.');
  });

  test('takes any of several secrets, while one is being replaced', async () => {
    const next = `whsec_${randomBytes(32).toString('base64')}`;
    const { url } = await listening([], { RESTAGE_WEBHOOK_SECRET: `${secret},${next}` });
    expect((await send(url)).status).toBe(204);
    expect((await send(url, undefined, next)).status).toBe(204);
  });

  test.each([['a port that is taken', ['listen', '--port', '1e9'], secret]])(
    '%s is a usage error',
    async (_, words, known) => {
      let err = '';
      const terminal = {
        env: { RESTAGE_WEBHOOK_SECRET: known },
        stdin: Readable.from([]),
        out: () => undefined,
        err: (more: string) => {
          err += more;
        },
        columns: undefined,
        signal: new AbortController().signal,
      };
      expect(await runCli(words, terminal)).toBe(exitCodes.usage);
      expect(err).toMatch(/^restage: /);
    },
  );
});

describe('with a server on the same machine', async () => {
  const services = await openTransports({
    settings: { allowPrivateNetwork: true },
    media: { allowPrivateNetwork: true },
  });
  const account = await services.account();
  const stopping = new AbortController();
  await startWebhookWorkers(services.ctx, services.boss, stopping.signal);
  afterAll(() => stopping.abort());

  test('a job’s webhook arrives, is genuine by the account’s own secret, and is counted', async () => {
    const { url, written, ended } = await listening(['--count', '1'], {
      RESTAGE_WEBHOOK_SECRET: '',
      RESTAGE_API_KEY: account.key,
      RESTAGE_BASE_URL: services.url,
    });
    const ran = await runCli(
      [
        'run',
        photograph,
        '--prompt',
        'snow',
        '--alpha-mode',
        'fill',
        '--callback-url',
        url,
        '--timeout',
        '0',
      ],
      {
        env: { RESTAGE_API_KEY: account.key, RESTAGE_BASE_URL: services.url },
        stdin: Readable.from([]),
        out: () => undefined,
        err: () => undefined,
        columns: undefined,
        signal: new AbortController().signal,
      },
    );
    expect(ran).toBe(exitCodes.timedOut);
    expect(await ended).toBe(exitCodes.done);
    expect(written.out).toMatch(/^swx_\w+ {2}completed {2}http:\S+\n$/);
  });
});
