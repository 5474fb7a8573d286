import { expect, test } from 'vitest';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng } from './footage.ts';

const { doors, url, account } = await openDoors({ work: false, settings: { concurrency: 100 } });
const { key } = await account({ credits: 100 });
const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
const start = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'x' };

const post = async (path: string, body: string) => {
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  const answer = await fetch(`${url}${path}`, { method: 'POST', headers, body });
  return (await answer.text()).replaceAll(/"(id|created_at|modified_at)":"[^"]*"/g, '');
};

test('a seed of −0 is 0, through every door', async () => {
  for (const door of doors) {
    const outcome = await door.call('generations.start', { ...start, seed: -0 }, key);
    if (!outcome.ok) throw new Error(`${door.name}: ${outcome.message}`);
    expect(outcome.output.seed, door.name).toBe(0);
  }
});

test.each([
  ['REST', '/v1/switchx/generations', (seed: string) => `{"seed":${seed},`],
  ['tRPC, plain', '/trpc/generations.start', (seed: string) => `{"seed":${seed},`],
])('a seed written as -0, -0.0 or -0e1 is 0 over %s', async (_, path, begin) => {
  const rest = JSON.stringify(start).slice(1);
  const zero = await post(path, begin('0') + rest);
  expect(zero).toContain('"seed":0,');
  for (const seed of ['-0', '-0.0', '-0e1']) expect(await post(path, begin(seed) + rest)).toBe(zero);
});

test('over tRPC a number −0 as superjson writes it is 0; the text "-0" is text', async () => {
  const body = (values: object) => JSON.stringify({ json: { ...start, seed: '-0' }, meta: { values, v: 1 } });
  expect(await post('/trpc/generations.start', body({ seed: ['number'] }))).toContain('"seed":0,');
  for (const values of [{}, { seed: ['bigint'] }, { prompt: ['number'] }, { seed: ['Date'] }]) {
    expect(await post('/trpc/generations.start', body(values))).toContain('"param":"seed"');
  }
});

test('the same start with 0 and with −0 is the same request', async () => {
  const ids = new Set<string>();
  for (const door of doors) {
    for (const seed of [0, -0]) {
      const outcome = await door.call('generations.start', { ...start, seed, idempotency_key: 'zero' }, key);
      if (!outcome.ok) throw new Error(`${door.name}: ${outcome.message}`);
      ids.add(outcome.output.id);
    }
  }
  expect(ids.size).toBe(1);
});

test('where 0 is refused, −0 is refused as 0', async () => {
  for (const door of doors) {
    for (const limit of [0, -0]) {
      const outcome = await door.call('generations.list', { limit }, key);
      expect(outcome, door.name).toMatchObject({
        param: 'limit',
        message: expect.stringMatching(/received 0\.$/),
      });
    }
  }
  const answer = await fetch(`${url}/v1/switchx/generations?limit=-0`, { headers: { 'x-api-key': key } });
  expect(await answer.json()).toMatchObject({ error: { message: expect.stringMatching(/received 0\.$/) } });
});
