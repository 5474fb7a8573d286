import type { RequestListener } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTestMedia, type TestMedia } from './support/media.ts';
import { openTestNetwork, publicName, type TestNetwork } from './support/network.ts';

const url = new URL(`https://${publicName}/hook?x=1`);
let testNetwork: TestNetwork;
let testMedia: TestMedia;
let serve: RequestListener;
beforeAll(async () => {
  testNetwork = await openTestNetwork((incoming, response) => serve(incoming, response));
  testMedia = await openTestMedia(testNetwork);
});
afterAll(async () => {
  await testMedia.close();
  await testNetwork.close();
});

describe('a callback URL', () => {
  test.each([200, 204, 302, 400, 401, 403, 404, 405, 500, 503])(
    'that responds with %i is accepted',
    async (status) => {
      serve = (_, response) => void response.writeHead(status).end();
      expect(await testMedia.media.checkCallback(url.href)).toEqual(url);
    },
  );

  test('receives a HEAD request', async () => {
    let method: string | undefined;
    serve = (incoming, response) => {
      method = incoming.method;
      response.end();
    };
    await testMedia.media.checkCallback(url.href);
    expect(method).toBe('HEAD');
  });

  test.each([
    undefined,
    null,
    7,
    {},
    '',
    'hook',
    'http://media.restage-test.net/',
    'ftp://media.restage-test.net/',
    `https://user@${publicName}/`,
    `https://${publicName}:8443/`,
    `https://${publicName}/${'a'.repeat(9000)}`,
  ])('that is %o is refused by its syntax', async (callbackUrl) => {
    const failure = await testMedia.media.checkCallback(callbackUrl);
    expect(failure).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
    expect(failure).toHaveProperty('message', expect.stringContaining('must be an https:// URL'));
  });

  test.each([
    'https://user:hunter2@media.restage-test.net/',
    'https://hunter2@media.restage-test.net/',
    'https://user:hunter2@media.restage-test.net:8443/',
    'http://media.restage-test.net/services/hunter2?token=hunter2#hunter2',
    'http:user:hunter2@media.restage-test.net',
    'https://user:hunter2@',
    'user:hunter2@media.restage-test.net',
    '//user:hunter2@media.restage-test.net/',
    `https://user:hunter2@${'a'.repeat(9000)}/`,
    `https://user:${'hunter2'.repeat(1000)}@media.restage-test.net/`,
  ])('is refused with a message without its secrets: %s', async (callbackUrl) => {
    const failure = await testMedia.media.checkCallback(callbackUrl);
    expect(failure).toMatchObject({ code: 'INVALID_CALLBACK_URL' });
    expect(failure).toHaveProperty('message', expect.not.stringContaining('hunter2'));
  });

  test('that does not respond is refused', async () => {
    serve = (incoming) => incoming.socket.destroy();
    const failure = await testMedia.media.checkCallback(url.href);
    expect(failure).toMatchObject({ code: 'INVALID_CALLBACK_URL', param: 'callback_url' });
  });
});

describe('a POST', () => {
  const post = (body = '{}') => testMedia.media.post(url, body, { 'x-sent': 'yes' }, { timeoutMs: 500 });

  test('is received as sent, and returns the response', async () => {
    const received: object[] = [];
    serve = async (incoming, response) => {
      const { method, headers } = incoming;
      received.push({ method, url: incoming.url, headers, body: await text(incoming) });
      response.writeHead(201, { 'x-answered': 'too' }).end('thanks');
    };
    expect(await post('{"id":"swx_1"}')).toMatchObject({
      kind: 'answered',
      status: 201,
      headers: { 'x-answered': 'too' },
      body: 'thanks',
    });
    const headers = { 'x-sent': 'yes', 'content-length': '14' };
    expect(received).toMatchObject([{ method: 'POST', url: '/hook?x=1', body: '{"id":"swx_1"}', headers }]);
  });

  test.each([301, 302, 303, 307, 308])('does not follow a %i', async (status) => {
    let requests = 0;
    serve = (_, response) => {
      requests += 1;
      response.writeHead(status, { location: '/elsewhere' }).end();
    };
    expect(await post()).toMatchObject({ kind: 'answered', status });
    expect(requests).toBe(1);
  });

  test('reads only the first KB of the response', async () => {
    serve = (_, response) => {
      response.writeHead(200);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(4096)));
      };
      response.on('drain', more);
      more();
    };
    expect(await post()).toMatchObject({ kind: 'answered', body: 'x'.repeat(1024) });
  });

  test('applies its own timeout instead of the limits of a fetch', async () => {
    const impatient = await openTestMedia(testNetwork, {
      limits: { firstByteMs: 50, stallMs: 50, connectMs: 2000 },
    });
    serve = (_, response) => {
      setTimeout(() => response.writeHead(200).flushHeaders(), 2500);
      setTimeout(() => response.end('late'), 4000);
    };
    const answer = await impatient.media.post(url, '{}', {}, { timeoutMs: 8000 });
    expect(answer).toMatchObject({ kind: 'answered', status: 200, body: 'late' });
    await impatient.close();
  });

  test.each<[string, 'timeout' | 'network', RequestListener]>([
    ['never answers', 'timeout', () => undefined],
    ['hangs up', 'network', (incoming) => incoming.socket.destroy()],
    ['stops in mid-answer', 'timeout', (_, response) => void response.writeHead(200).write('x')],
  ])('to a server that %s fails within its timeout', async (_, cause, listener) => {
    serve = listener;
    const started = performance.now();
    expect(await post()).toEqual({ kind: 'unreachable', cause });
    expect(performance.now() - started).toBeLessThan(4000);
  });

  test('to a private address is not sent', async () => {
    const inside = new URL('https://127.0.0.1/');
    expect(await testMedia.media.post(inside, '{}', {}, { timeoutMs: 500 })).toMatchObject({
      kind: 'unreachable',
    });
    expect(testNetwork.canary.connections).toBe(0);
  });

  test('ends when its signal aborts', async () => {
    serve = () => undefined;
    const signal = AbortSignal.timeout(50);
    const started = performance.now();
    expect(await testMedia.media.post(url, '{}', {}, { timeoutMs: 60_000, signal })).toMatchObject({
      kind: 'unreachable',
    });
    expect(performance.now() - started).toBeLessThan(4000);
  });
});
