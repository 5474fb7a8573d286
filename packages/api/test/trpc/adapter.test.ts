import { createTestCaller, openTransports } from '@restage/testing/support';
import { expect, test } from 'vitest';
import { createHttpClient } from '../support/http-client.ts';

const server = await openTransports({ work: false });
const { key } = await server.account();
const client = createHttpClient(server.url, key);

/** Reads `data.error` of an error response. */
const readErrorData = async (response: Response) => {
  const body = (await response.json()) as { error: { json: { data: { error: object } } } };
  return body.error.json.data.error;
};

test('an error has tRPC’s format, with the code in data.error', async () => {
  const response = await client.request('/trpc/account.info');
  expect(response.status).toBe(401);
  expect(response.headers.get('x-request-id')).toMatch(/^req_/);
  expect(await readErrorData(response)).toEqual({
    code: 'INVALID_API_KEY',
    message: expect.any(String),
    requestId: response.headers.get('x-request-id'),
    docUrl: 'http://docs.restage.test/errors#INVALID_API_KEY',
    retryable: false,
  });
});

test('input may be plain JSON or superjson', async () => {
  const headers = { 'x-api-key': key };
  for (const input of ['{"id":"swx_1"}', '{"json":{"id":"swx_1"}}']) {
    const response = await client.request(`/trpc/generations.get?input=${encodeURIComponent(input)}`, {
      headers,
    });
    expect(response.status).toBe(404);
    expect(await readErrorData(response)).toMatchObject({ code: 'JOB_NOT_FOUND', param: 'id' });
  }
});

test('superjson annotations in input create no RegExp', async () => {
  const meta = { values: { filename: ['regexp'] }, v: 1 };
  const body = JSON.stringify({ json: { filename: '/(a+)+$/g' }, meta });
  const response = await client.post('/trpc/uploads.create', body, { 'content-type': 'application/json' });
  expect(await readErrorData(response)).toMatchObject({ code: 'INVALID_FILENAME' });
  expect(await (await client.request('/healthz')).json()).toEqual({ status: 'ok' });
});

test.each([
  ['GET', '/trpc/no.such', 'NOT_FOUND', 404],
  ['GET', '/trpc/uploads.create', 'METHOD_NOT_ALLOWED', 405],
  ['GET', '/trpc/generations.get?input={', 'INVALID_REQUEST', 400],
])('%s %s is %s', async (method, path, code, status) => {
  const response = await client.request(path, { method, headers: { 'x-api-key': key } });
  expect([response.status, await readErrorData(response)]).toMatchObject([status, { code }]);
});

const calls = Array.from({ length: 11 }, () => 'account.info').join(',');
test.each<[string, string, RequestInit]>([
  ['a batch that is too long', `${calls}?batch=1&input={}`, {}],
  [
    'a batch that is too long, streamed',
    `${calls}?batch=1&input={}`,
    { headers: { 'trpc-accept': 'application/jsonl' } },
  ],
  ['a mutation in plain text', 'uploads.create', { method: 'POST', body: '{"filename":"a.png"}' }],
  [
    'a batch of mutations in plain text',
    'uploads.create,uploads.create?batch=1',
    { method: 'POST', body: '{}' },
  ],
  ['connection parameters that are not JSON', 'account.info?connectionParams=x', {}],
  ['a path that is not UTF-8', '%ff', {}],
  ['a streamed call outside a batch', 'uploads.create', { headers: { 'trpc-accept': 'application/jsonl' } }],
])('%s is INVALID_REQUEST in tRPC’s format', async (_, path, init) => {
  const headers = { 'x-api-key': key, 'content-type': 'text/plain', ...init.headers };
  const response = await client.request(`/trpc/${path}`, { ...init, headers });
  const requestId = response.headers.get('x-request-id');
  expect(requestId).toMatch(/^req_[\w-]{36}$/);
  expect(response.headers.get('content-type')).toMatch(/^application\/json/);
  expect(response.headers.get('link')).toBe('<http://docs.restage.test/errors#INVALID_REQUEST>; rel="help"');
  expect(response.status).toBe(400);
  expect(await response.json()).toEqual({
    error: {
      json: {
        message: expect.any(String),
        code: -32600,
        data: {
          code: 'BAD_REQUEST',
          httpStatus: 400,
          error: {
            code: 'INVALID_REQUEST',
            message: expect.stringMatching(/\S/),
            requestId,
            docUrl: 'http://docs.restage.test/errors#INVALID_REQUEST',
            retryable: false,
          },
        },
      },
    },
  });
});

test.each(['', '/', '//', '/account', '/account.', '/.', '/no.such?batch=1'])(
  'GET /trpc%s is NOT_FOUND in tRPC’s format',
  async (path) => {
    const response = await client.get(`/trpc${path}`);
    expect([response.status, response.headers.get('content-type')]).toEqual([404, 'application/json']);
    const requestId = response.headers.get('x-request-id');
    expect(await response.text()).toContain(
      `"code":"NOT_FOUND","message":"There is no such procedure.","requestId":"${requestId}"`,
    );
  },
);

test.each(['generations.list', 'account.info', 'account.billing'])(
  '%s accepts missing, null and empty input, alone and in a batch',
  async (name) => {
    const headers = { 'x-api-key': key };
    const outputs: unknown[] = [];
    for (const query of [
      '',
      '?input=',
      '?input=null',
      '?input={}',
      '?input={"json":null}',
      '?input={"json":{}}',
    ]) {
      const response = await client.request(`/trpc/${name}${query}`, { headers });
      expect(response.status, query).toBe(200);
      const { result } = (await response.json()) as { result: { data: { json: object } } };
      outputs.push(Object.keys(result.data.json));
    }
    for (const query of ['?batch=1', '?batch=1&input={}', '?batch=1&input={"0":null}']) {
      const response = await client.request(`/trpc/${name}${query}`, { headers });
      expect(response.status, query).toBe(200);
      const [each] = (await response.json()) as { result: { data: { json: object } } }[];
      outputs.push(Object.keys(each?.result.data.json ?? {}));
    }
    expect(new Set(outputs.map(String)).size).toBe(1);
  },
);

test('a caller in this process can omit optional input, and not required input', async () => {
  const caller = createTestCaller(server.ctx, { publicUrl: server.url, key });
  expect(await caller.generations.list()).toEqual(await caller.generations.list({}));
  // @ts-expect-error id is required
  await expect(caller.generations.get()).rejects.toThrow('id must be');
  // @ts-expect-error filename is required
  await expect(caller.uploads.create()).rejects.toThrow('must be a JSON object');
});

test('a body over the limit is PAYLOAD_TOO_LARGE in tRPC’s format', async () => {
  const body = new Uint8Array(73 * 1024 * 1024).fill(0x20);
  const response = await client.post('/trpc/uploads.create', body, { 'content-type': 'application/json' });
  expect([response.status, await readErrorData(response)]).toMatchObject([
    413,
    { code: 'PAYLOAD_TOO_LARGE' },
  ]);
});

test('each call of a batch counts against the rate limit, and a batch of 11 is INVALID_REQUEST', async () => {
  const limited = await server.account();
  const { readRpm } = server.ctx.settings;
  for (let read = 2; read < readRpm; read += 1) server.ctx.reads.count(limited.id, readRpm, server.ctx.now());
  const batch = (calls: number) =>
    client.request(
      `/trpc/${Array.from({ length: calls }, () => 'account.info').join(',')}?batch=1&input={}`,
      {
        headers: { 'x-api-key': limited.key },
      },
    );
  const responses = (await (await batch(3)).json()) as { error?: unknown }[];
  // The calls of a batch run side by side: which of them is refused is not said.
  expect(responses.filter(({ error }) => error !== undefined)).toHaveLength(1);
  const long = await batch(11);
  expect([long.status, await long.text()]).toMatchObject([400, expect.stringContaining('INVALID_REQUEST')]);
});
