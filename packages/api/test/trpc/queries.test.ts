import { procedures } from '@restage/contract';
import { limitAccount } from '@restage/core';
import { makePng } from '@restage/media/testing';
import { openTransports } from '@restage/testing/support';
import { expect, test, vi } from 'vitest';

const { url, ctx, account, transports } = await openTransports({ work: false });
const { key } = await account({ credits: 100 });
const [caller] = transports;

/** Sends a call, and returns its response without the parts that differ between calls. */
async function fetchCall(path: string, headers: Record<string, string> = { 'x-api-key': key }) {
  const response = await fetch(`${url}/trpc/${path}`, { headers });
  const text = (await response.text())
    .replaceAll(/req_[0-9a-f-]{36}/g, 'req_…')
    .replaceAll(/expires=\d+&signature=[\w-]+/g, 'expires=…');
  const { date: _, 'x-request-id': id, 'content-length': __, ...rest } = Object.fromEntries(response.headers);
  expect(id).toMatch(/^req_/);
  return { status: response.status, headers: rest, body: JSON.parse(text) as unknown };
}

/** Sends a call in a batch of one. */
async function fetchBatched(name: string, input: string | undefined, headers?: Record<string, string>) {
  const query = input === undefined ? '' : `&input=${encodeURIComponent(`{"0":${input}}`)}`;
  const { body, ...response } = await fetchCall(`${name}?batch=1${query}`, headers);
  return { ...response, body: Array.isArray(body) ? (body[0] as unknown) : body };
}

const fetchSingle = (name: string, input: string | undefined, headers?: Record<string, string>) =>
  fetchCall(`${name}${input === undefined ? '' : `?input=${encodeURIComponent(input)}`}`, headers);

async function startJob(): Promise<string> {
  const source_uri = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;
  const sent = { generation_type: 'image', alpha_mode: 'fill', prompt: 'a beach', source_uri };
  const started = await caller?.call('generations.start', sent, key);
  if (!started?.ok) throw new Error('The job did not start.');
  return started.output.id;
}
const id = await startJob();

const calls: readonly (readonly [name: string, input: string | undefined])[] = [
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
  ['account.credits', '{"limit":1}'],
  ['account.usage', '{"group_by":"week"}'],
  ['account.usage', '{"from":"2026-01-01","to":"2026-01-03"}'],
  ['generations.details', `{"id":"${id}"}`],
  ['generations.summaries', '{"limit":1}'],
  ['keys.list', undefined],
  ['requests.failures', undefined],
  ['requests.get', '{"id":"req_0"}'],
  ['requests.list', '{"procedure":"uploads.create"}'],
  ['webhooks.get', '{"id":"msg_0"}'],
  ['webhooks.list', '{"status":"failed"}'],
  ['webhooks.secret', undefined],
];

test.each(calls)('a single call of %s with %s has the same response as in a batch', async (name, input) => {
  // Requests of the tests before may be logged between the two.
  await vi.waitFor(
    async () => expect(await fetchSingle(name, input)).toEqual(await fetchBatched(name, input)),
    { timeout: 10_000, interval: 100 },
  );
});

test('a single call without a valid key has the same response as in a batch', async () => {
  for (const headers of [{}, { 'x-api-key': `rsk_${'x'.repeat(40)}` }, { 'x-api-key': 'nonsense' }]) {
    const response = await fetchSingle('account.info', undefined, headers);
    expect(response).toEqual(await fetchBatched('account.info', undefined, headers));
    expect(response.status).toBe(401);
  }
});

test('a query with input that is not JSON is INVALID_REQUEST', async () => {
  const response = await fetchSingle('generations.get', '{');
  expect(response).toMatchObject({
    status: 400,
    body: {
      error: {
        json: { data: { error: { code: 'INVALID_REQUEST', message: 'The input must be valid JSON.' } } },
      },
    },
  });
});

test('a failed query counts once against the rate limit', async () => {
  const { key: slow, id: accountId } = await account();
  await limitAccount(ctx, accountId, { readRpm: 3 });
  const statuses: number[] = [];
  for (let turn = 0; turn < 4; turn += 1) {
    statuses.push((await fetchSingle('generations.get', '{"id":"swx_0"}', { 'x-api-key': slow })).status);
  }
  expect(statuses).toEqual([404, 404, 404, 429]);
});

test('the compared calls include every query', () => {
  const queries = Object.entries(procedures).filter(([, { kind }]) => kind === 'query');
  expect(queries.map(([name]) => name).sort()).toEqual([...new Set(calls.map(([name]) => name))].sort());
});
