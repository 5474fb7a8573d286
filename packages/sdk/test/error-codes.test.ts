import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodes, type FileRouteName, fileRouteCodes, procedureCodes } from '@restage/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallName } from '../src/errors/client-codes.ts';
import { type CallStream, type Restage, type RestageErrorCode, type Result, safe } from '../src/index.ts';
import {
  createTestClient,
  type Handler,
  sendError,
  sendJson,
  startStubServer,
} from './support/stub-server.ts';

const startInput = {
  generation_type: 'image',
  alpha_mode: 'auto',
  source_uri: 'https://a.test/b.png',
} as const;
const runInput = { source: 'https://a.test/b.png', prompt: 'snow' };
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

type Outcome = Promise<Result<unknown, RestageErrorCode>>;

/** Returns the last result of a stream: its error, if it has one. */
async function getLastResult(stream: CallStream<unknown, RestageErrorCode>): Outcome {
  const results: Result<unknown, RestageErrorCode>[] = [];
  for await (const result of safe(stream)) results.push(result);
  return results.at(-1) ?? { ok: true, value: undefined };
}

function getRender(restage: Restage, url: string) {
  return restage.outputs({ output: { render: `${url}/r`, source: `${url}/s`, alpha: `${url}/a` } }).render;
}

/** The methods that send one request, by the procedure or route that they call. */
const single: Readonly<
  Record<CallName | Exclude<FileRouteName, 'inputs.get'>, (restage: Restage, url: string) => Outcome>
> = {
  'uploads.create': (restage) => safe(restage.uploads.create({ filename: 'a.png' })),
  'uploads.put': (restage, url) => safe(restage.uploads.put({ upload_url: `${url}/put` }, png)),
  'generations.start': (restage) => safe(restage.generations.start(startInput)),
  'generations.quote': (restage) => safe(restage.generations.quote(startInput)),
  'generations.get': (restage) => safe(restage.generations.get('swx_1')),
  'generations.list': (restage) => getLastResult(restage.generations.list()),
  'generations.cancel': (restage) => safe(restage.generations.cancel('swx_1')),
  'account.info': (restage) => safe(restage.account.info()),
  'account.billing': (restage) => safe(restage.account.billing()),
  'generations.details': (restage) => safe(restage.generations.details('swx_1')),
  'generations.summaries': (restage) => getLastResult(restage.generations.summaries()),
  'account.usage': (restage) => safe(restage.usage.get()),
  'account.credits': (restage) => getLastResult(restage.usage.credits()),
  'keys.list': (restage) => safe(restage.keys.list()),
  'keys.create': (restage) => safe(restage.keys.create({ name: 'a', mode: 'test' })),
  'keys.revoke': (restage) => safe(restage.keys.revoke('key_1')),
  'webhooks.secret': (restage) => safe(restage.webhooks.secret()),
  'webhooks.rotateSecret': (restage) => safe(restage.webhooks.rotateSecret()),
  'webhooks.list': (restage) => getLastResult(restage.webhooks.list()),
  'webhooks.get': (restage) => safe(restage.webhooks.get('msg_1')),
  'webhooks.redeliver': (restage) => safe(restage.webhooks.redeliver('msg_1')),
  'webhooks.test': (restage) => safe(restage.webhooks.test({ callback_url: 'https://restage.test' })),
  'requests.list': (restage) => getLastResult(restage.requests.list()),
  'requests.get': (restage) => safe(restage.requests.get('req_1')),
  'requests.failures': (restage) => safe(restage.requests.failures()),
  'outputs.get': (restage, url) => safe(getRender(restage, url).bytes()),
};

/** The methods that call the same procedures and routes in other ways. */
const composed: Readonly<Record<string, (restage: Restage, url: string) => Outcome>> = {
  'uploads.upload': (restage) => safe(restage.uploads.upload(png)),
  'generations.list().page': (restage) => safe(restage.generations.list().page()),
  'generations.wait': (restage) => safe(restage.generations.wait('swx_1')),
  'generations.watch': (restage) => getLastResult(restage.generations.watch('swx_1')),
  run: (restage) => safe(restage.run(runInput)),
  quote: (restage) => safe(restage.quote(runInput)),
  call: (restage) => safe(restage.call('account.info', undefined)),
  'outputs().render.stream': (restage, url) => safe(getRender(restage, url).stream()),
  'outputs().render.save': async (restage, url) => {
    const directory = await mkdtemp(join(tmpdir(), 'restage-sdk-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    return safe(getRender(restage, url).save(join(directory, 'render.png')));
  },
};

const methods = { ...single, ...composed };
const declared: Readonly<Record<string, readonly string[]>> = {
  ...procedureCodes,
  ...fileRouteCodes,
  // INVALID_REQUEST is for an invalid range, and a download sends none.
  'outputs.get': fileRouteCodes['outputs.get'].filter((code) => code !== 'INVALID_REQUEST'),
};

/** Responds with a code, in tRPC's format or in the error envelope of the other routes. */
const respondWith =
  (code: string): Handler =>
  (response, { request }) => {
    if (request.url?.startsWith('/trpc/')) sendError(response, code);
    else sendJson(response, 400, { error: { code, message: `${code} in words` } });
  };

describe.each(Object.entries(single))('%s', (name, call) => {
  test('fails with each declared code, and with UNKNOWN and `wireCode` for every other code', async () => {
    for (const code of [...errorCodes, 'SOURCE_TOO_LOUD', 'toString', 'UNKNOWN', 'JOB_FAILED']) {
      const { url } = await startStubServer(respondWith(code));
      const { error } = await call(createTestClient(url, { maxRetries: 0 }), url);
      expect(error, code).toMatchObject({
        code: declared[name]?.includes(code) ? code : 'UNKNOWN',
        wireCode: code,
        message: `${code} in words`,
      });
    }
  });
});

describe.each(Object.entries(methods))('%s, if the response is not one of the procedure', (name, call) => {
  const page = { 'content-type': 'text/html; charset=utf-8' };

  test.each<[string, Handler, object]>([
    ['an HTML page', (response) => response.writeHead(200, page).end('<h1>Welcome</h1>'), { status: 200 }],
    ['an HTML page with status 404', (response) => response.writeHead(404, page).end('<p>'), { status: 404 }],
    ['status 404 without a body', (response) => response.writeHead(404).end(), { status: 404 }],
    ['a gateway error', (response) => response.writeHead(502, page).end('<p>'), { retryable: true }],
    ['a code of a newer server', respondWith('SOURCE_TOO_LOUD'), { wireCode: 'SOURCE_TOO_LOUD' }],
    ['a code of another route', respondWith('METHOD_NOT_ALLOWED'), { wireCode: 'METHOD_NOT_ALLOWED' }],
    [
      'JSON that is not an error envelope',
      (response) => sendJson(response, 400, { error: 'no' }),
      { status: 400 },
    ],
  ])('fails with UNKNOWN for %s', async (_, handler, expected) => {
    const { url } = await startStubServer(handler, handler);
    const { error } = await call(createTestClient(url, { maxRetries: 0 }), url);
    expect(error).toMatchObject({ code: 'UNKNOWN', ...expected });
  });

  test('fails with UNKNOWN for a redirect', async () => {
    const redirect: Handler = (response, { request }) => {
      if (request.url === '/elsewhere') response.writeHead(200, page).end('<p>');
      else response.writeHead(301, { location: '/elsewhere' }).end();
    };
    const { url } = await startStubServer(redirect, redirect);
    const { error } = await call(createTestClient(url, { maxRetries: 0 }), url);
    // A download follows it: it sends no API key.
    expect(error).toMatchObject({ code: 'UNKNOWN', status: name.startsWith('outputs') ? 200 : 301 });
  });
});

// The response to a PUT is empty, and a file may be.
const isFileMethod = ([name]: readonly [string, unknown]) => /^(?:uploads\.put|outputs)/.test(name);

test.each(Object.entries(methods).filter((method) => !isFileMethod(method)))(
  '%s fails with UNKNOWN for an empty response',
  async (_, call) => {
    const empty: Handler = (response) => response.writeHead(200).end();
    const { url } = await startStubServer(empty, empty);
    const { error } = await call(createTestClient(url, { maxRetries: 0 }), url);
    expect(error).toMatchObject({ code: 'UNKNOWN', status: 200 });
  },
);

test('RATE_LIMIT_EXCEEDED without a retry-after header has a retryAfter of 1 s', async () => {
  const { url } = await startStubServer((response) => sendError(response, 'RATE_LIMIT_EXCEEDED'));
  const { error } = await safe(createTestClient(url, { maxRetries: 0 }).account.info());
  expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfter: 1, retryable: true });
});

test('the server’s `retryable` overrides that of the catalog', async () => {
  const { url, received } = await startStubServer((response) =>
    sendError(response, 'INTERNAL_ERROR', { data: { retryable: false } }),
  );
  expect((await safe(createTestClient(url).account.info())).error).toMatchObject({ retryable: false });
  expect(received).toHaveLength(1);
});
