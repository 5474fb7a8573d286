import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { createHttpClient, expectEnvelope } from '../support/http-client.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

test.each([
  '/nothing',
  '/v1',
  '/v1/',
  '/v2/switchx/generations',
  '/v1/uploads/',
  '/V1/uploads',
  '/files/x',
  '/%ff',
])('GET %s is NOT_FOUND', async (path) => {
  await expectEnvelope(await client.request(path), 'NOT_FOUND');
});

test.each([
  ['DELETE', '/v1/uploads', 'POST'],
  ['GET', '/v1/uploads', 'POST'],
  ['PUT', '/v1/switchx/generations', 'GET, HEAD, POST'],
  ['POST', '/v1/switchx/generations/swx_1', 'GET, HEAD'],
  ['POST', '/v1/account/info', 'GET, HEAD'],
  ['POST', '/docs', 'GET, HEAD'],
  ['PATCH', '/v1/uploads', 'POST'],
])('%s %s is METHOD_NOT_ALLOWED, with the methods in allow', async (method, path, allow) => {
  const response = await client.request(path, { method, headers: { 'x-api-key': key } });
  expect(response.headers.get('allow')).toBe(allow);
  await expectEnvelope(response, 'METHOD_NOT_ALLOWED');
});

test.each(['', '{', 'null', '[]', '"text"', '\xff', '{"a":1}}', `{"generation_type":\n"image",}`])(
  'POST /generations with a body that is not a JSON object is INVALID_REQUEST: %j',
  async (body) => {
    const sent = body === '\xff' ? new Uint8Array([0x22, 0xff, 0x22]) : body;
    await expectEnvelope(await client.post('/v1/switchx/generations', sent), 'INVALID_REQUEST');
  },
);

test('GET /generations with a repeated or non-numeric query parameter is INVALID_REQUEST', async () => {
  for (const query of [
    'limit=1&limit=2',
    'limit=ten',
    'limit=1.5',
    'limit=',
    'limit=0x10',
    'page_token=a&page_token=b',
  ]) {
    const response = await client.get(`/v1/switchx/generations?${query}`);
    await expectEnvelope(response, 'INVALID_REQUEST');
  }
});

test('a request is checked for its route, then its key, then its body', async () => {
  await expectEnvelope(await client.request('/v1/uploads', { method: 'POST', body: '{' }), 'INVALID_API_KEY');
  await expectEnvelope(await client.request('/v1/nothing', { method: 'POST', body: '{' }), 'NOT_FOUND');
});

test('POST /uploads with a body over the limit is PAYLOAD_TOO_LARGE, with or without content-length', async () => {
  const chunk = new Uint8Array(1024 * 1024).fill(0x20);
  const stream = new ReadableStream<Uint8Array>({
    pull(controller) {
      controller.enqueue(chunk);
    },
  });
  const streaming: RequestInit & { duplex: 'half' } = {
    method: 'POST',
    body: stream,
    headers: { 'x-api-key': key },
    duplex: 'half',
  };
  await expectEnvelope(await client.request('/v1/uploads', streaming), 'PAYLOAD_TOO_LARGE');
  await expectEnvelope(
    await client.post('/v1/uploads', new Uint8Array(73 * 1024 * 1024)),
    'PAYLOAD_TOO_LARGE',
  );
});

test('an error about a field has its name in x-error-param', async () => {
  const response = await client.post('/v1/uploads', JSON.stringify({ filename: 'a.exe' }));
  expect(response.headers.get('x-error-param')).toBe('filename');
  await expectEnvelope(response, 'INVALID_FILENAME');
});

test('RATE_LIMIT_EXCEEDED has retry-after and the rate limit headers', async () => {
  const limited = await server.account();
  const { readRpm } = server.ctx.settings;
  for (let read = 0; read < readRpm; read += 1) server.ctx.reads.count(limited.id, readRpm, server.ctx.now());
  const response = await client.request('/v1/account/info', { headers: { 'x-api-key': limited.key } });
  const seconds = response.headers.get('retry-after');
  expect(Number(seconds)).toBeGreaterThan(50);
  expect(response.headers.get('ratelimit-policy')).toBe(`"reads";q=${readRpm};w=60`);
  expect(response.headers.get('ratelimit')).toBe(`"reads";r=0;t=${seconds}`);
  await expectEnvelope(response, 'RATE_LIMIT_EXCEEDED');
});
