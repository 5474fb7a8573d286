import { openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { blackPng } from '../support/uploads.ts';

const { transports, url, account } = await openTransports({ work: false, settings: { concurrency: 100 } });
const { key } = await account({ credits: 100 });
const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
const start = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'x' };

const post = async (path: string, body: string) => {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const response = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  return (await response.text()).replaceAll(/"(id|created_at|modified_at)":"[^"]*"/g, '');
};

test('a seed of −0 becomes 0 in every transport', async () => {
  for (const transport of transports) {
    const outcome = await transport.call('generations.start', { ...start, seed: -0 }, key);
    if (!outcome.ok) throw new Error(`${transport.name}: ${outcome.message}`);
    expect(outcome.output.seed, transport.name).toBe(0);
  }
});

test.each([
  ['REST', '/v1/switchx/generations', (seed: string) => `{"seed":${seed},`],
  ['tRPC, plain', '/trpc/generations.start', (seed: string) => `{"seed":${seed},`],
])('a seed written as -0, -0.0 or -0e1 becomes 0 over %s', async (_, path, begin) => {
  const rest = JSON.stringify(start).slice(1);
  const zero = await post(path, begin('0') + rest);
  expect(zero).toContain('"seed":0,');
  for (const seed of ['-0', '-0.0', '-0e1']) expect(await post(path, begin(seed) + rest)).toBe(zero);
});

test('over tRPC, superjson’s annotated "-0" becomes 0, and any other "-0" is INVALID_REQUEST', async () => {
  const body = (values: object) => JSON.stringify({ json: { ...start, seed: '-0' }, meta: { values, v: 1 } });
  expect(await post('/trpc/generations.start', body({ seed: ['number'] }))).toContain('"seed":0,');
  for (const values of [{}, { seed: ['bigint'] }, { prompt: ['number'] }, { seed: ['Date'] }]) {
    expect(await post('/trpc/generations.start', body(values))).toContain('"param":"seed"');
  }
});

test('starts with seed 0 and seed −0 and the same idempotency key are one job', async () => {
  const ids = new Set<string>();
  for (const transport of transports) {
    for (const seed of [0, -0]) {
      const outcome = await transport.call(
        'generations.start',
        { ...start, seed, idempotency_key: 'zero' },
        key,
      );
      if (!outcome.ok) throw new Error(`${transport.name}: ${outcome.message}`);
      ids.add(outcome.output.id);
    }
  }
  expect(ids.size).toBe(1);
});

test('a field that rejects 0 rejects −0 with the same message', async () => {
  for (const transport of transports) {
    for (const limit of [0, -0]) {
      const outcome = await transport.call('generations.list', { limit }, key);
      expect(outcome, transport.name).toMatchObject({
        param: 'limit',
        message: expect.stringMatching(/received 0\.$/),
      });
    }
  }
  const response = await fetch(`${url}/v1/switchx/generations?limit=-0`, { headers: { 'x-api-key': key } });
  expect(await response.json()).toMatchObject({ error: { message: expect.stringMatching(/received 0\.$/) } });
});
