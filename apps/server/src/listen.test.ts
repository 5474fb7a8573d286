import { connect } from 'node:net';
import { afterAll, expect, test } from 'vitest';
import { listen } from './listen.ts';

const listener = await listen({ host: '127.0.0.1', port: 0 });
if ('fault' in listener) throw new Error(listener.fault);
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
  expect(JSON.parse(body)).toEqual({
    error: { code: 'INVALID_REQUEST', message: expect.stringContaining(message) },
  });
});

test('a port that is taken is a fault in one line', async () => {
  expect(await listen({ host: '127.0.0.1', port })).toEqual({
    fault: `Port ${port} of 127.0.0.1 is in use. Stop what uses it, or set PORT.`,
  });
});
