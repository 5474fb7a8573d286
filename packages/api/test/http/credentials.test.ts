import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { createHttpClient, expectEnvelope } from '../support/http-client.ts';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

test('two different keys are INVALID_API_KEY, and the same key twice is accepted', async () => {
  const sendBoth = (authorization: string) =>
    client.request('/v1/account/info', { headers: { 'x-api-key': key, authorization } });
  await expectEnvelope(await sendBoth(`Bearer ${key}x`), 'INVALID_API_KEY');
  await expectEnvelope(await sendBoth('Basic abc'), 'INVALID_API_KEY');
  expect((await sendBoth(`Bearer ${key}`)).status).toBe(200);
  expect(
    (await client.request('/v1/account/info', { headers: { authorization: `Bearer ${key}` } })).status,
  ).toBe(200);
});

const getInfo = (headers: readonly (readonly [string, string])[]) =>
  client.request('/v1/account/info', { headers: headers.map(([name, value]) => [name, value]) });

test.each<[string, [string, string][]]>([
  [
    'an empty x-api-key beside a bearer',
    [
      ['x-api-key', ''],
      ['authorization', `Bearer ${key}`],
    ],
  ],
  [
    'a blank x-api-key beside a bearer',
    [
      ['x-api-key', '  '],
      ['authorization', `bearer   ${key} `],
    ],
  ],
  [
    'an x-api-key beside an empty authorization',
    [
      ['x-api-key', key],
      ['authorization', ''],
    ],
  ],
  [
    'an x-api-key beside a bearer without a key',
    [
      ['x-api-key', key],
      ['authorization', 'Bearer '],
    ],
  ],
  [
    'the same x-api-key twice',
    [
      ['x-api-key', key],
      ['x-api-key', key],
    ],
  ],
  [
    'an x-api-key and an empty one',
    [
      ['x-api-key', ''],
      ['x-api-key', key],
    ],
  ],
  [
    'the same bearer twice',
    [
      ['authorization', `Bearer ${key}`],
      ['authorization', `Bearer ${key}`],
    ],
  ],
  [
    'the same key in all of them',
    [
      ['x-api-key', key],
      ['x-api-key', key],
      ['authorization', `Bearer ${key}`],
    ],
  ],
])('%s is accepted as one key', async (_, headers) => {
  expect((await getInfo(headers)).status).toBe(200);
});

test.each<[string, [string, string][]]>([
  [
    'no key at all, in empty headers',
    [
      ['x-api-key', ''],
      ['authorization', 'Bearer'],
    ],
  ],
  [
    'two x-api-keys',
    [
      ['x-api-key', key],
      ['x-api-key', `${key}x`],
    ],
  ],
  [
    'two bearers',
    [
      ['authorization', `Bearer ${key}`],
      ['authorization', `Bearer ${key}x`],
    ],
  ],
  [
    'a bearer beside another scheme',
    [
      ['authorization', `Bearer ${key}`],
      ['authorization', 'Basic abc'],
    ],
  ],
  ['a key that is not ASCII', [['x-api-key', 'rsk_\xe9']]],
])('%s is INVALID_API_KEY', async (_, headers) => {
  await expectEnvelope(await getInfo(headers), 'INVALID_API_KEY');
});

test('a stream opens with a key beside an empty header', async () => {
  const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
  const body = JSON.stringify({ generation_type: 'image', alpha_mode: 'fill', prompt: 'x', source_uri });
  const { id } = (await (await client.post('/v1/switchx/generations', body)).json()) as { id: string };
  const headers = { 'x-api-key': '', authorization: `Bearer ${key}` };
  const response = await client.request(`/v1/switchx/generations/${id}/events`, { headers });
  const reader = response.body?.getReader();
  const first = await reader?.read();
  expect(new TextDecoder().decode(first?.value)).toContain(`"id":"${id}"`);
  await reader?.cancel();
});
