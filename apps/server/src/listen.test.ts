import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { failWith, isFailure } from '@restage/errors';
import { afterAll, describe, expect, test } from 'vitest';
import { listen } from './listen.ts';

const publicUrl = 'https://restage.example';
const listener = await listen({ host: '127.0.0.1', port: 0, publicUrl });
if (isFailure(listener)) throw new Error(listener.message);
const { port } = listener;
afterAll(() => listener.stop(100));

/** Sends bytes, and gives whatever comes back until the connection closes. */
function send(text: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(text));
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', reject);
  });
}

test.each([
  ['headers over the limit', `GET / HTTP/1.1\r\nhost: x\r\nx-long: ${'x'.repeat(20_000)}\r\n\r\n`, '16 KB'],
  ['what is no HTTP', 'hello\r\n\r\n', 'not HTTP'],
  [
    'two lengths',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
    'not HTTP',
  ],
])('%s is answered with the envelope', async (_, text, message) => {
  const [head = '', body = ''] = (await send(text)).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(head).toMatch(/x-request-id: req_[\w-]{36}/);
  expect(head).toContain(`link: <${publicUrl}/errors#INVALID_REQUEST>; rel="help"`);
  expect(JSON.parse(body)).toEqual({
    error: { code: 'INVALID_REQUEST', message: expect.stringContaining(message) },
  });
});

test('a listener without a public URL links to where it listens', async () => {
  const own = await listen({ host: '127.0.0.1', port: 0 });
  if (isFailure(own)) throw new Error(own.message);
  expect(own).toMatchObject({ url: `http://127.0.0.1:${own.port}`, publicUrl: own.url });
  const answer = await fetch(own.url, { headers: { 'x-long': 'x'.repeat(20_000) } });
  expect(answer.headers.get('link')).toBe(`<${own.url}/errors#INVALID_REQUEST>; rel="help"`);
  await own.stop(100);
});

test('a port that is taken is a fault in one line', async () => {
  expect(await listen({ host: '127.0.0.1', port })).toEqual(
    failWith('ADDRESS_UNUSABLE', `Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set PORT.`),
  );
});

describe('until the rest is started', () => {
  const listening = async () => {
    const listener = await listen({ host: '127.0.0.1', port: 0 });
    if (isFailure(listener)) throw new Error(listener.message);
    return { ...listener, url: `http://127.0.0.1:${listener.port}` };
  };

  test('probes are told that the process lives and is not ready', async () => {
    const { url, stop } = await listening();
    const lives = await fetch(`${url}/healthz`);
    expect([lives.status, await lives.json()]).toEqual([200, { status: 'ok' }]);
    expect(lives.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await send('GET /healthz HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const ready = await fetch(`${url}/readyz?verbose`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', checks: {} }]);
    await stop(100);
  });

  test('what else is asked is kept, whole and in order, but for those who hang up', async () => {
    const { url, serve, stop } = await listening();
    const hangingUp = new AbortController();
    const posted = fetch(`${url}/a`, { method: 'POST', body: 'x'.repeat(1_000_000) });
    await seen(url);
    const gone = fetch(`${url}/gone`, { signal: hangingUp.signal });
    await seen(url);
    const asked = fetch(`${url}/b`);
    await seen(url);
    hangingUp.abort();
    await expect(gone).rejects.toThrow('aborted');
    await seen(url);
    const heard: string[] = [];
    serve(async (request, response) => {
      heard.push(request.url ?? '');
      response.end(`${request.url} of ${(await text(request)).length}`);
    });
    expect(await (await posted).text()).toBe('/a of 1000000');
    expect(await (await asked).text()).toBe('/b of 0');
    expect(await (await fetch(`${url}/healthz`)).text()).toBe('/healthz of 0');
    expect(heard).toEqual(['/a', '/b', '/healthz']);
    await stop(100);
  });

  test('and what is kept is dropped at once where nothing comes of it', async () => {
    const { url, stop } = await listening();
    const asked = fetch(`${url}/a`);
    const dropped = expect(asked).rejects.toThrow('fetch failed');
    await seen(url);
    const began = performance.now();
    await stop(10_000);
    await dropped;
    expect(performance.now() - began).toBeLessThan(5000);
  });

  /** Once this is answered, the server has heard what was sent before. */
  const seen = async (url: string) => {
    for (let n = 0; n < 3; n += 1) await (await fetch(`${url}/healthz`)).text();
  };
});
