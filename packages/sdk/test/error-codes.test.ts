import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errorCodes, type FileRouteName, fileRouteCodes, procedureCodes } from '@restage/errors';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { CallName } from './errors/client-codes.ts';
import { type CallStream, type Restage, type RestageErrorCode, type Result, safe } from './index.ts';
import { type Behaviour, hurried, json, refuse, serve } from './testing/server.ts';

const start = { generation_type: 'image', alpha_mode: 'auto', source_uri: 'https://a.test/b.png' } as const;
const footage = { source: 'https://a.test/b.png', prompt: 'snow' };
const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47]);

type Outcome = Promise<Result<unknown, RestageErrorCode>>;

/** The last result of a stream, which is its error if it has one. */
async function last(stream: CallStream<unknown, RestageErrorCode>): Outcome {
  const results: Result<unknown, RestageErrorCode>[] = [];
  for await (const result of safe(stream)) results.push(result);
  return results.at(-1) ?? { ok: true, value: undefined };
}

function renderOf(restage: Restage, url: string) {
  return restage.outputs({ output: { render: `${url}/r`, source: `${url}/s`, alpha: `${url}/a` } }).render;
}

/** The methods that make one request, by the procedure or the route that they call. */
const single: Readonly<Record<CallName | FileRouteName, (restage: Restage, url: string) => Outcome>> = {
  'uploads.create': (restage) => safe(restage.uploads.create({ filename: 'a.png' })),
  'uploads.put': (restage, url) => safe(restage.uploads.put({ upload_url: `${url}/put` }, png)),
  'generations.start': (restage) => safe(restage.generations.start(start)),
  'generations.quote': (restage) => safe(restage.generations.quote(start)),
  'generations.get': (restage) => safe(restage.generations.get('swx_1')),
  'generations.list': (restage) => last(restage.generations.list()),
  'generations.cancel': (restage) => safe(restage.generations.cancel('swx_1')),
  'account.info': (restage) => safe(restage.account.info()),
  'account.billing': (restage) => safe(restage.account.billing()),
  'outputs.get': (restage, url) => safe(renderOf(restage, url).bytes()),
};

/** The others, which call the same. */
const composed: Readonly<Record<string, (restage: Restage, url: string) => Outcome>> = {
  'uploads.send': (restage) => safe(restage.uploads.send(png)),
  'generations.list().page': (restage) => safe(restage.generations.list().page()),
  'generations.wait': (restage) => safe(restage.generations.wait('swx_1')),
  'generations.watch': (restage) => last(restage.generations.watch('swx_1')),
  run: (restage) => safe(restage.run(footage)),
  quote: (restage) => safe(restage.quote(footage)),
  call: (restage) => safe(restage.call('account.info', undefined)),
  'outputs().render.stream': (restage, url) => safe(renderOf(restage, url).stream()),
  'outputs().render.save': async (restage, url) => {
    const directory = await mkdtemp(join(tmpdir(), 'restage-sdk-'));
    onTestFinished(() => rm(directory, { recursive: true }));
    return safe(renderOf(restage, url).save(join(directory, 'render.png')));
  },
};

const methods = { ...single, ...composed };
const declared: Readonly<Record<string, readonly string[]>> = {
  ...procedureCodes,
  ...fileRouteCodes,
  // A download asks for no range, which alone could be wrong.
  'outputs.get': fileRouteCodes['outputs.get'].filter((code) => code !== 'INVALID_REQUEST'),
};

/** A code as tRPC carries it to a call, and in the envelope of every other route. */
const answerWith =
  (code: string): Behaviour =>
  (response, { request }) => {
    if (request.url?.startsWith('/trpc/')) refuse(response, code);
    else json(response, 400, { error: { code, message: `${code} in words` } });
  };

describe.each(Object.entries(single))('%s', (name, call) => {
  test('has each code that is declared for it, and UNKNOWN with the `wireCode` for every other', async () => {
    for (const code of [...errorCodes, 'SOURCE_TOO_LOUD', 'toString', 'UNKNOWN', 'JOB_FAILED']) {
      const { url } = await serve(answerWith(code));
      const { error } = await call(hurried(url, { maxRetries: 0 }), url);
      expect(error, code).toMatchObject({
        code: declared[name]?.includes(code) ? code : 'UNKNOWN',
        wireCode: code,
        message: `${code} in words`,
      });
    }
  });
});

describe.each(Object.entries(methods))('%s, of what no Restage answers', (name, call) => {
  const page = { 'content-type': 'text/html; charset=utf-8' };

  test.each<[string, Behaviour, object]>([
    ['a page', (response) => response.writeHead(200, page).end('<h1>Welcome</h1>'), { status: 200 }],
    ['a page that says 404', (response) => response.writeHead(404, page).end('<p>'), { status: 404 }],
    ['no body', (response) => response.writeHead(404).end(), { status: 404 }],
    ['a gateway that fails', (response) => response.writeHead(502, page).end('<p>'), { retryable: true }],
    ['a code of the future', answerWith('SOURCE_TOO_LOUD'), { wireCode: 'SOURCE_TOO_LOUD' }],
    ['a path that is another’s', answerWith('METHOD_NOT_ALLOWED'), { wireCode: 'METHOD_NOT_ALLOWED' }],
    ['other JSON', (response) => json(response, 400, { error: 'no' }), { status: 400 }],
  ])('has UNKNOWN for %s', async (_, behave, expected) => {
    const { url } = await serve(behave, behave);
    const { error } = await call(hurried(url, { maxRetries: 0 }), url);
    expect(error).toMatchObject({ code: 'UNKNOWN', ...expected });
  });

  test('has UNKNOWN for a redirect', async () => {
    const redirect: Behaviour = (response, { request }) => {
      if (request.url === '/elsewhere') response.writeHead(200, page).end('<p>');
      else response.writeHead(301, { location: '/elsewhere' }).end();
    };
    const { url } = await serve(redirect, redirect);
    const { error } = await call(hurried(url, { maxRetries: 0 }), url);
    // A download follows it, as its URL is all that it carries.
    expect(error).toMatchObject({ code: 'UNKNOWN', status: name.startsWith('outputs') ? 200 : 301 });
  });
});

// The routes of files answer a PUT with nothing, and a file may be empty.
const isOfFiles = ([name]: readonly [string, unknown]) => /^(?:uploads\.put|outputs)/.test(name);

test.each(Object.entries(methods).filter((method) => !isOfFiles(method)))(
  '%s has UNKNOWN for an answer that is empty',
  async (_, call) => {
    const empty: Behaviour = (response) => response.writeHead(200).end();
    const { url } = await serve(empty, empty);
    const { error } = await call(hurried(url, { maxRetries: 0 }), url);
    expect(error).toMatchObject({ code: 'UNKNOWN', status: 200 });
  },
);

test('a code that must say when to come again says so, also where its header is gone', async () => {
  const { url } = await serve((response) => refuse(response, 'RATE_LIMIT_EXCEEDED'));
  const { error } = await safe(hurried(url, { maxRetries: 0 }).account.info());
  expect(error).toMatchObject({ code: 'RATE_LIMIT_EXCEEDED', retryAfter: 1, retryable: true });
});

test('the server’s word on retries counts, for codes that are declared as well', async () => {
  const { url, received } = await serve((response) =>
    refuse(response, 'INTERNAL_ERROR', { data: { retryable: false } }),
  );
  expect((await safe(hurried(url).account.info())).error).toMatchObject({ retryable: false });
  expect(received).toHaveLength(1);
});
