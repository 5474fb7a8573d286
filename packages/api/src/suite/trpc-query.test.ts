import { openDoors } from '@restage/api/testing/suite';
import { procedures } from '@restage/contract';
import { limitAccount } from '@restage/core';
import { makePng } from '@restage/media/testing';
import { expect, test } from 'vitest';

const { url, ctx, account, doors } = await openDoors({ work: false });
const { key } = await account({ credits: 100 });
const [caller] = doors;

/** An answer as a client sees it, without what differs from call to call. */
async function answerOf(path: string, headers: Record<string, string> = { 'x-api-key': key }) {
  const answer = await fetch(`${url}/trpc/${path}`, { headers });
  const text = (await answer.text()).replaceAll(/req_[0-9a-f-]{36}/g, 'req_…');
  const { date: _, 'x-request-id': id, 'content-length': __, ...rest } = Object.fromEntries(answer.headers);
  expect(id).toMatch(/^req_/);
  return { status: answer.status, headers: rest, body: JSON.parse(text) as unknown };
}

/** The same call, by tRPC's own handler: in a batch of one. */
async function batched(name: string, input: string | undefined, headers?: Record<string, string>) {
  const query = input === undefined ? '' : `&input=${encodeURIComponent(`{"0":${input}}`)}`;
  const { body, ...answer } = await answerOf(`${name}?batch=1${query}`, headers);
  return { ...answer, body: Array.isArray(body) ? (body[0] as unknown) : body };
}

const single = (name: string, input: string | undefined, headers?: Record<string, string>) =>
  answerOf(`${name}${input === undefined ? '' : `?input=${encodeURIComponent(input)}`}`, headers);

async function startedJob(): Promise<string> {
  const source_uri = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;
  const sent = { generation_type: 'image', alpha_mode: 'fill', prompt: 'a beach', source_uri };
  const started = await caller?.call('generations.start', sent, key);
  if (!started?.ok) throw new Error('not started');
  return started.output.id;
}
const id = await startedJob();

test.each([
  ['generations.get', `{"json":{"id":"${id}"}}`],
  ['generations.get', `{"id":"${id}"}`],
  ['generations.get', '{"id":"swx_0"}'],
  ['generations.get', '{"id":7}'],
  ['generations.get', `{"id":"${id}","wait":1}`],
  ['generations.get', `{"id":"${id}","wait":99}`],
  ['generations.get', 'null'],
  ['generations.get', undefined],
  ['generations.list', '{"limit":1}'],
  ['generations.list', '{"limit":0}'],
  ['generations.list', '{"page_token":"x"}'],
  ['account.info', undefined],
  ['account.billing', '{"json":null}'],
])('a single %s of %s is answered as one in a batch is', async (name, input) => {
  expect(await single(name, input)).toEqual(await batched(name, input));
});

test('without a key, or with one that is unknown, too', async () => {
  for (const headers of [{}, { 'x-api-key': `rsk_${'x'.repeat(40)}` }, { 'x-api-key': 'nonsense' }]) {
    const answer = await single('account.info', undefined, headers);
    expect(answer).toEqual(await batched('account.info', undefined, headers));
    expect(answer.status).toBe(401);
  }
});

test('input that is no JSON is INVALID_REQUEST, and costs the one request that it is', async () => {
  const answer = await single('generations.get', '{');
  expect(answer).toMatchObject({
    status: 400,
    body: {
      error: {
        json: { data: { error: { code: 'INVALID_REQUEST', message: 'The input is not valid JSON.' } } },
      },
    },
  });
});

test('a query that fails counts as one request against the rate, not two', async () => {
  const { key: slow, id: accountId } = await account();
  await limitAccount(ctx, accountId, { readRpm: 3 });
  const statuses: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    statuses.push((await single('generations.get', '{"id":"swx_0"}', { 'x-api-key': slow })).status);
  }
  expect(statuses).toEqual([404, 404, 404, 429]);
});

test('every query of the table is among those compared', () => {
  const queries = Object.entries(procedures).filter(([, { kind }]) => kind === 'query');
  expect(queries.map(([name]) => name).sort()).toEqual([
    'account.billing',
    'account.info',
    'generations.get',
    'generations.list',
  ]);
});
