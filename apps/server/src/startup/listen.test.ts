import type { RequestListener } from 'node:http';
import { connect } from 'node:net';
import { failWith, isFailure } from '@restage/errors';
import { afterAll, expect, test } from 'vitest';
import { listen } from './listen.ts';

const echo: RequestListener = (request, response) => response.end(`${request.method} ${request.url}`);
const publicUrl = 'https://restage.example';
const listener = await listen({ host: '127.0.0.1', port: 0, publicUrl }, () => echo);
if (isFailure(listener)) throw new Error(listener.message);
const { port, url } = listener;
afterAll(() => listener.stop(100));

/** Sends bytes. @returns all that comes back until the connection closes */
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
  ['bytes that are not HTTP', 'hello\r\n\r\n', 'not valid HTTP'],
  [
    'two content-length headers',
    'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx',
    'not valid HTTP',
  ],
])('%s get the error body', async (_, text, message) => {
  const [head = '', body = ''] = (await send(text)).split('\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 /);
  expect(head).toMatch(/x-request-id: req_[\w-]{36}/);
  expect(head).toContain(`link: <${publicUrl}/errors#INVALID_REQUEST>; rel="help"`);
  expect(JSON.parse(body)).toEqual({
    error: { code: 'INVALID_REQUEST', message: expect.stringContaining(message) },
  });
});

test('requests get the handler’s answer', async () => {
  expect(await (await fetch(`${url}/a?b`)).text()).toBe('GET /a?b');
});

test('a listener without a public URL links to its own address', async () => {
  let given = '';
  const own = await listen({ host: '127.0.0.1', port: 0 }, (url) => {
    given = url;
    return echo;
  });
  if (isFailure(own)) throw new Error(own.message);
  expect(given).toBe(own.url);
  expect(own).toMatchObject({ url: `http://127.0.0.1:${own.port}`, publicUrl: own.url });
  const answer = await fetch(own.url, { headers: { 'x-long': 'x'.repeat(20_000) } });
  expect(answer.headers.get('link')).toBe(`<${own.url}/errors#INVALID_REQUEST>; rel="help"`);
  await own.stop(100);
});

test('a port in use is a fault that names the port and PORT', async () => {
  expect(await listen({ host: '127.0.0.1', port }, () => echo)).toEqual(
    failWith('ADDRESS_UNUSABLE', `Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set PORT.`),
  );
});
