import { createHash } from 'node:crypto';
import { procedures } from '@restage/contract';
import { catalog, errorCodes } from '@restage/errors';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { createCaller, createProbes, type openApiDocument } from '../index.ts';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng } from './footage.ts';

const world = await openDoors({ work: false, corsOrigins: ['https://app.example'] });
const { key } = await world.account();
const at = (path: string, init: RequestInit = {}) => fetch(`${world.url}${path}`, init);
const post = (path: string, body: BodyInit | null, headers: Record<string, string> = {}) =>
  at(path, { method: 'POST', body, headers: { 'x-api-key': key, ...headers } });

/** An error outside /trpc: the status of its code, a body of exactly two fields, and the headers. */
async function expectEnvelope(answer: Response, code: keyof typeof catalog): Promise<void> {
  const body: unknown = await answer.json();
  expect(body).toEqual({ error: { code, message: expect.stringMatching(/\S/) } });
  expect(answer.status).toBe(catalog[code].status);
  expect(answer.headers.get('x-request-id')).toMatch(/^req_[\w-]{36}$/);
  expect(answer.headers.get('link')).toBe(`<http://docs.restage.test/errors#${code}>; rel="help"`);
}

describe('outside /trpc, every error is the envelope', () => {
  test.each([
    '/nothing',
    '/v1',
    '/v1/',
    '/v2/switchx/generations',
    '/v1/uploads/',
    '/V1/uploads',
    '/files/x',
    '/%ff',
  ])('NOT_FOUND for %s', async (path) => {
    await expectEnvelope(await at(path), 'NOT_FOUND');
  });

  test.each([
    ['DELETE', '/v1/uploads', 'POST'],
    ['GET', '/v1/uploads', 'POST'],
    ['PUT', '/v1/switchx/generations', 'GET, HEAD, POST'],
    ['POST', '/v1/switchx/generations/swx_1', 'GET, HEAD'],
    ['POST', '/v1/account/info', 'GET, HEAD'],
    ['POST', '/docs', 'GET, HEAD'],
    ['PATCH', '/v1/uploads', 'POST'],
  ])('METHOD_NOT_ALLOWED for %s %s, with allow', async (method, path, allow) => {
    const answer = await at(path, { method, headers: { 'x-api-key': key } });
    expect(answer.headers.get('allow')).toBe(allow);
    await expectEnvelope(answer, 'METHOD_NOT_ALLOWED');
  });

  test.each(['', '{', 'null', '[]', '"text"', '\xff', '{"a":1}}', `{"generation_type":\n"image",}`])(
    'INVALID_REQUEST for a body that is no JSON object: %j',
    async (body) => {
      const sent = body === '\xff' ? new Uint8Array([0x22, 0xff, 0x22]) : body;
      await expectEnvelope(await post('/v1/switchx/generations', sent), 'INVALID_REQUEST');
    },
  );

  test('INVALID_REQUEST for a query that is given twice, or is no number', async () => {
    for (const query of [
      'limit=1&limit=2',
      'limit=ten',
      'limit=1.5',
      'limit=',
      'limit=0x10',
      'page_token=a&page_token=b',
    ]) {
      const answer = await at(`/v1/switchx/generations?${query}`, { headers: { 'x-api-key': key } });
      await expectEnvelope(answer, 'INVALID_REQUEST');
    }
  });

  test('a key is asked for before the body is read, and a route before the key', async () => {
    await expectEnvelope(await at('/v1/uploads', { method: 'POST', body: '{' }), 'INVALID_API_KEY');
    await expectEnvelope(await at('/v1/nothing', { method: 'POST', body: '{' }), 'NOT_FOUND');
  });

  test('INVALID_API_KEY for two keys that differ; one key said twice is one key', async () => {
    const both = (authorization: string) =>
      at('/v1/account/info', { headers: { 'x-api-key': key, authorization } });
    await expectEnvelope(await both(`Bearer ${key}x`), 'INVALID_API_KEY');
    await expectEnvelope(await both('Basic abc'), 'INVALID_API_KEY');
    expect((await both(`Bearer ${key}`)).status).toBe(200);
    expect((await at('/v1/account/info', { headers: { authorization: `Bearer ${key}` } })).status).toBe(200);
  });

  const info = (headers: readonly (readonly [string, string])[]) =>
    at('/v1/account/info', { headers: headers.map(([name, value]) => [name, value]) });

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
  ])('%s is one key', async (_, headers) => {
    expect((await info(headers)).status).toBe(200);
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
    ['a key that is no ASCII', [['x-api-key', 'rsk_\xe9']]],
  ])('%s is INVALID_API_KEY', async (_, headers) => {
    await expectEnvelope(await info(headers), 'INVALID_API_KEY');
  });

  test('a stream whose key stands beside an empty header goes on as with one alone', async () => {
    const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
    const body = JSON.stringify({ generation_type: 'image', alpha_mode: 'fill', prompt: 'x', source_uri });
    const { id } = (await (await post('/v1/switchx/generations', body)).json()) as { id: string };
    const headers = { 'x-api-key': '', authorization: `Bearer ${key}` };
    const answer = await at(`/v1/switchx/generations/${id}/events`, { headers });
    const reader = answer.body?.getReader();
    const first = await reader?.read();
    expect(new TextDecoder().decode(first?.value)).toContain(`"id":"${id}"`);
    await reader?.cancel();
  });

  test('PAYLOAD_TOO_LARGE for a body over the limit, declared or not', async () => {
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
    await expectEnvelope(await at('/v1/uploads', streaming), 'PAYLOAD_TOO_LARGE');
    await expectEnvelope(await post('/v1/uploads', new Uint8Array(73 * 1024 * 1024)), 'PAYLOAD_TOO_LARGE');
  });

  test('the header names the offending parameter', async () => {
    const answer = await post('/v1/uploads', JSON.stringify({ filename: 'a.exe' }));
    expect(answer.headers.get('x-error-param')).toBe('filename');
    await expectEnvelope(answer, 'INVALID_FILENAME');
  });

  test('a request that is refused for its rate says when to come back', async () => {
    const hasty = await world.account();
    const { readRpm } = world.ctx.settings;
    for (let read = 0; read < readRpm; read += 1) world.ctx.reads.count(hasty.id, readRpm, world.ctx.now());
    const answer = await at('/v1/account/info', { headers: { 'x-api-key': hasty.key } });
    const seconds = answer.headers.get('retry-after');
    expect(Number(seconds)).toBeGreaterThan(50);
    expect(answer.headers.get('ratelimit-policy')).toBe(`"reads";q=${readRpm};w=60`);
    expect(answer.headers.get('ratelimit')).toBe(`"reads";r=0;t=${seconds}`);
    await expectEnvelope(answer, 'RATE_LIMIT_EXCEEDED');
  });
});

describe('/trpc', () => {
  const data = async (answer: Response) => {
    const body = (await answer.json()) as { error: { json: { data: { error: object } } } };
    return body.error.json.data.error;
  };

  test('answers in tRPC’s shape, with the code in data.error', async () => {
    const answer = await at('/trpc/account.info');
    expect(answer.status).toBe(401);
    expect(answer.headers.get('x-request-id')).toMatch(/^req_/);
    expect(await data(answer)).toEqual({
      code: 'INVALID_API_KEY',
      message: expect.any(String),
      requestId: answer.headers.get('x-request-id'),
      docUrl: 'http://docs.restage.test/errors#INVALID_API_KEY',
      retryable: false,
    });
  });

  test('takes plain JSON and superjson alike', async () => {
    const headers = { 'x-api-key': key };
    for (const input of ['{"id":"swx_1"}', '{"json":{"id":"swx_1"}}']) {
      const answer = await at(`/trpc/generations.get?input=${encodeURIComponent(input)}`, { headers });
      expect(answer.status).toBe(404);
      expect(await data(answer)).toMatchObject({ code: 'JOB_NOT_FOUND', param: 'id' });
    }
  });

  test('revives nothing that superjson could smuggle in', async () => {
    const meta = { values: { filename: ['regexp'] }, v: 1 };
    const body = JSON.stringify({ json: { filename: '/(a+)+$/g' }, meta });
    const answer = await post('/trpc/uploads.create', body, { 'content-type': 'application/json' });
    expect(await data(answer)).toMatchObject({ code: 'INVALID_FILENAME' });
    expect(await (await at('/healthz')).json()).toEqual({ status: 'ok' });
  });

  test.each([
    ['GET', '/trpc/no.such', 'NOT_FOUND', 404],
    ['GET', '/trpc/uploads.create', 'METHOD_NOT_ALLOWED', 405],
    ['GET', '/trpc/generations.get?input={', 'INVALID_REQUEST', 400],
  ])('%s %s is %s', async (method, path, code, status) => {
    const answer = await at(path, { method, headers: { 'x-api-key': key } });
    expect([answer.status, await data(answer)]).toMatchObject([status, { code }]);
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
    ['connection parameters that are no JSON', 'account.info?connectionParams=x', {}],
    ['a path that is no UTF-8', '%ff', {}],
    ['a stream of what is no batch', 'uploads.create', { headers: { 'trpc-accept': 'application/jsonl' } }],
  ])('%s is refused as every call is, though no procedure is found', async (_, path, init) => {
    const headers = { 'x-api-key': key, 'content-type': 'text/plain', ...init.headers };
    const answer = await at(`/trpc/${path}`, { ...init, headers });
    const requestId = answer.headers.get('x-request-id');
    expect(requestId).toMatch(/^req_[\w-]{36}$/);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('link')).toBe('<http://docs.restage.test/errors#INVALID_REQUEST>; rel="help"');
    expect(answer.status).toBe(400);
    expect(await answer.json()).toEqual({
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
    '/trpc%s is NOT_FOUND in tRPC’s shape',
    async (path) => {
      const answer = await at(`/trpc${path}`, { headers: { 'x-api-key': key } });
      expect([answer.status, answer.headers.get('content-type')]).toEqual([404, 'application/json']);
      const requestId = answer.headers.get('x-request-id');
      expect(await answer.text()).toContain(
        `"code":"NOT_FOUND","message":"There is no such procedure.","requestId":"${requestId}"`,
      );
    },
  );

  test.each(['generations.list', 'account.info', 'account.billing'])(
    '%s needs no input, alone, in a batch or as superjson has it',
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
        const answer = await at(`/trpc/${name}${query}`, { headers });
        expect(answer.status, query).toBe(200);
        const { result } = (await answer.json()) as { result: { data: { json: object } } };
        outputs.push(Object.keys(result.data.json));
      }
      for (const query of ['?batch=1', '?batch=1&input={}', '?batch=1&input={"0":null}']) {
        const answer = await at(`/trpc/${name}${query}`, { headers });
        expect(answer.status, query).toBe(200);
        const [each] = (await answer.json()) as { result: { data: { json: object } } }[];
        outputs.push(Object.keys(each?.result.data.json ?? {}));
      }
      expect(new Set(outputs.map(String)).size).toBe(1);
    },
  );

  test('in this process, what needs no input is called with none', async () => {
    const caller = createCaller({
      ...world.ctx,
      requestId: 'req_test',
      responseMeta: { replayed: false },
      largeStrings: new Map(),
      publicUrl: 'http://docs.restage.test',
      credentials: { apiKey: key, bearer: undefined },
    });
    expect(await caller.generations.list()).toEqual(await caller.generations.list({}));
    // @ts-expect-error a job must be named
    await expect(caller.generations.get()).rejects.toThrow('id must be');
    // @ts-expect-error a file must be named
    await expect(caller.uploads.create()).rejects.toThrow('must be a JSON object');
  });

  test('a body over the limit is PAYLOAD_TOO_LARGE', async () => {
    const body = new Uint8Array(73 * 1024 * 1024).fill(0x20);
    const answer = await post('/trpc/uploads.create', body, { 'content-type': 'application/json' });
    expect([answer.status, await data(answer)]).toMatchObject([413, { code: 'PAYLOAD_TOO_LARGE' }]);
  });

  test('every call of a batch is counted, and a batch has at most ten', async () => {
    const hasty = await world.account();
    const { readRpm } = world.ctx.settings;
    for (let read = 2; read < readRpm; read += 1) world.ctx.reads.count(hasty.id, readRpm, world.ctx.now());
    const batch = (calls: number) =>
      at(`/trpc/${Array.from({ length: calls }, () => 'account.info').join(',')}?batch=1&input={}`, {
        headers: { 'x-api-key': hasty.key },
      });
    const answers = (await (await batch(3)).json()) as { error?: unknown }[];
    expect(answers.map(({ error }) => error === undefined)).toEqual([true, true, false]);
    const long = await batch(11);
    expect([long.status, await long.text()]).toMatchObject([400, expect.stringContaining('INVALID_REQUEST')]);
  });
});

describe('the documents', () => {
  test('/openapi.json is valid OpenAPI 3.1 and has every procedure with every code', async () => {
    const document = (await (await at('/openapi.json')).json()) as ReturnType<typeof openApiDocument>;
    expect(await new Validator().validate(document)).toMatchObject({ valid: true });
    expect(document).toMatchObject({ openapi: '3.1.0' });
    const paths = document.paths as Record<
      string,
      Record<string, { operationId: string; responses: object }>
    >;
    const operations = Object.values(paths).flatMap((path) => Object.values(path));
    expect(operations.map(({ operationId }) => operationId).sort()).toEqual(Object.keys(procedures).sort());
    const start = operations.find(({ operationId }) => operationId === 'generations.start');
    for (const code of procedures['generations.start'].errors) {
      expect(JSON.stringify(Reflect.get(start?.responses ?? {}, catalog[code].status)), code).toContain(code);
    }
  });

  test('/openapi.json lets responses have fields that come later', async () => {
    const text = await (await at('/openapi.json')).text();
    expect(text).not.toContain('additionalProperties');
    expect(text).not.toContain('unevaluatedProperties');
  });

  test('/openapi.json describes the stream as text, and the event in it', async () => {
    const { paths, components } = (await (await at('/openapi.json')).json()) as {
      paths: Record<
        string,
        { get: { responses: Record<string, { content?: object; description: string }> } }
      >;
      components: { schemas: Record<string, object> };
    };
    const responses = paths['/v1/switchx/generations/{id}/events']?.get.responses;
    expect(responses?.['200']?.content).toMatchObject({
      'text/event-stream': {
        schema: { type: 'string', contentSchema: { $ref: '#/components/schemas/JobEvent' } },
      },
    });
    expect(responses?.['204']).toEqual({ description: expect.stringContaining('ended') });
    expect(components.schemas.JobEvent).toMatchObject({
      required: ['id', 'event', 'data'],
      properties: { event: { const: 'job' }, data: { contentSchema: { $ref: '#/components/schemas/Job' } } },
    });
  });

  test('/docs names every route, and /errors every code at its anchor', async () => {
    const docs = await (await at('/docs')).text();
    for (const { rest } of Object.values(procedures)) expect(docs).toContain(`${rest.method} ${rest.path}`);
    const errors = await (await at('/errors')).text();
    for (const code of errorCodes) expect(errors).toContain(`id="${code}"`);
  });

  test('every page that the docs lead to is there, runs its own script alone, and loads nothing but its pictures', async () => {
    const seen = new Set<string>();
    const open = ['/docs'];
    for (let path = open.pop(); path !== undefined; path = open.pop()) {
      if (seen.has(path)) continue;
      seen.add(path);
      const answer = await at(path);
      expect(answer.status, path).toBe(200);
      if (!answer.headers.get('content-type')?.startsWith('text/html')) continue;
      expect(answer.headers.get('content-security-policy')).toContain("default-src 'none'");
      const text = await answer.text();
      const scripts = [...text.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
      expect(scripts).toHaveLength(1);
      const hash = createHash('sha256').update(scripts.join('')).digest('base64');
      expect(answer.headers.get('content-security-policy')).toContain(`script-src 'sha256-${hash}';`);
      expect(text.replaceAll(/<script>.*?<\/script>/gs, '')).not.toMatch(
        /<script|@import|url\(|(?:href|src)="(?!\/|#|https?:)/,
      );
      const listedAs = path.startsWith('/docs/adr/') ? '/docs/architecture' : path;
      expect(text, path).toContain(path === '/docs' ? '<nav' : `href="${listedAs}" aria-current="page"`);
      for (const [, found = ''] of text.matchAll(/(?:href|src)="(\/[^"#]*)/g)) open.push(found);
    }
    const procedure = Object.keys(procedures).map((name) => `/docs/reference/${name}`);
    for (const path of [...procedure, '/docs/quickstart', '/docs/images/scenes.jpg', '/errors'])
      expect([...seen]).toContain(path);
  });

  test('a search finds sections, and shows what was asked as text', async () => {
    const asked = encodeURIComponent('<b>moves backwards');
    const none = await at(`/docs/search?q=${asked}`);
    expect(none.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(await none.text()).toContain('&lt;b&gt;moves backwards');
    expect(await (await at('/docs/search?q=moves+backwards')).text()).toContain(
      '/docs/concepts#the-life-of-a-job',
    );
    expect((await at('/docs/search')).status).toBe(200);
  });

  test('each procedure is shown with curl, the SDK and tRPC', async () => {
    for (const name of Object.keys(procedures)) {
      const text = await (await at(`/docs/reference/${name}`)).text();
      expect(text).toMatch(/curl http.*new Restage\(.*\/trpc/s);
    }
  });

  test('/healthz and /readyz answer without a key', async () => {
    expect(await (await at('/healthz')).json()).toEqual({ status: 'ok' });
    expect(await (await at('/readyz')).json()).toEqual({ status: 'ok', checks: { database: true } });
  });
});

describe('a process that only works', () => {
  const options = { publicUrl: 'http://docs.restage.test', ready: async () => ({ database: false }) };
  const probes = createProbes(world.ctx, options);

  test('answers probes, with a request id', async () => {
    const lives = await probes.request('/healthz');
    expect([lives.status, lives.headers.get('x-request-id')]).toEqual([200, expect.stringMatching(/^req_/)]);
    expect((await probes.request('/readyz')).status).toBe(503);
  });

  test('refuses all else as any other does', async () => {
    await expectEnvelope(await probes.request('/v1/uploads', { method: 'POST' }), 'NOT_FOUND');
    await expectEnvelope(await probes.request('/healthz', { method: 'POST' }), 'METHOD_NOT_ALLOWED');
  });
});

describe('uploads', () => {
  const create = async () =>
    (await (await post('/v1/uploads', '{"filename":"a.png"}')).json()) as { id: string; upload_url: string };

  test('take their bytes once or again, with any content-type or none', async () => {
    const { upload_url } = await create();
    for (const type of ['image/png', 'text/plain', 'application/x-www-form-urlencoded']) {
      const answer = await fetch(upload_url, {
        method: 'PUT',
        body: 'bytes',
        headers: { 'content-type': type },
      });
      expect([answer.status, await answer.text()]).toEqual([200, '']);
    }
  });

  test('are refused by an altered, expired or mismatched signature', async () => {
    const { upload_url, id } = await create();
    const other = await create();
    const put = (url: string) => fetch(url, { method: 'PUT', body: 'x' });
    await expectEnvelope(
      await put(upload_url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'))),
      'INVALID_SIGNATURE',
    );
    await expectEnvelope(await put(upload_url.replace(id, other.id)), 'INVALID_SIGNATURE');
    await expectEnvelope(await put(upload_url.replace(/\?.*/, '')), 'INVALID_SIGNATURE');
    await expectEnvelope(
      await put(upload_url.replace(/expires=\d+/, 'expires=99999999999')),
      'INVALID_SIGNATURE',
    );
    world.clock.offset = 3_601_000;
    await expectEnvelope(await put(upload_url), 'INVALID_SIGNATURE');
    world.clock.offset = 0;
    expect((await put(upload_url)).status).toBe(200);
  });
});

describe('a web page', () => {
  const preflight = (origin: string) =>
    at('/v1/uploads', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    });

  test('of a configured origin may call, and read the headers', async () => {
    const asked = await preflight('https://app.example');
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(asked.headers.get('access-control-allow-headers')).toContain('x-api-key');
    const answer = await at('/v1/account/info', {
      headers: { origin: 'https://app.example', 'x-api-key': key },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://app.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('retry-after');
  });

  test.each([
    ['POST', '/v1/switchx/generations', ['x-api-key', 'content-type', 'idempotency-key']],
    ['GET', '/v1/switchx/generations/swx_1', ['authorization', 'prefer', 'if-none-match']],
    ['GET', '/v1/switchx/generations/swx_1/events', ['x-api-key', 'last-event-id']],
    ['POST', '/trpc/generations.start', ['x-api-key', 'content-type', 'x-restage-simulate', 'trpc-accept']],
    ['PUT', '/files/upload', ['content-type']],
  ])('of a configured origin may send all that is read: %s %s', async (method, path, headers) => {
    const asked = await at(path, {
      method: 'OPTIONS',
      headers: {
        origin: 'https://app.example',
        'access-control-request-method': method,
        'access-control-request-headers': headers.join(','),
      },
    });
    const listed = (name: string) => asked.headers.get(`access-control-allow-${name}`)?.split(',') ?? [];
    expect(asked.status).toBe(204);
    expect(listed('methods')).toContain(method);
    expect(listed('headers')).toEqual(expect.arrayContaining(headers));
  });

  test('of a configured origin may read all that answers say in headers, those of errors too', async () => {
    const answer = await at('/v1/uploads', { method: 'POST', headers: { origin: 'https://app.example' } });
    expect(answer.status).toBe(401);
    const exposed = answer.headers.get('access-control-expose-headers')?.split(',');
    const said = ['x-request-id', 'x-error-param', 'link', 'retry-after', 'ratelimit', 'ratelimit-policy'];
    expect(exposed).toEqual(expect.arrayContaining([...said, 'etag', 'idempotency-replayed']));
  });

  test('of another origin may not', async () => {
    expect((await preflight('https://evil.example')).headers.get('access-control-allow-origin')).toBeNull();
    const answer = await at('/v1/account/info', {
      headers: { origin: 'https://evil.example', 'x-api-key': key },
    });
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });
});
