/** Compares the error unions in the clients' types with the errors that reach the clients at run time. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listProcedureErrors, type ProcedureName, procedures } from '@restage/contract';
import { type ErrorCode, errorCodes } from '@restage/errors';
import { getProcedureError } from '@restage/errors/trpc';
import { Restage, RestageError, safe } from '@restage/sdk';
import { openTransports } from '@restage/testing/support';
import { createTRPCUntypedClient, httpBatchLink, httpLink } from '@trpc/client';
import { SuperJSON } from 'superjson';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppRouter } from '../../src/index.ts';
import { blackPng } from '../support/uploads.ts';

const server = await openTransports({ work: false });
const { key } = await server.account({ mode: 'test' });

/** An error as a client gets it: its code, and the code on the wire. */
interface ClientError {
  readonly code: string | undefined;
  readonly wireCode: string | undefined;
}

/** The errors that a client of some procedures must get, for each simulated code. */
function getExpected(...names: readonly ProcedureName[]): Record<string, ClientError> {
  const declared = names.flatMap(listProcedureErrors);
  const rows = errorCodes.map((code): [string, ClientError] => [
    code,
    declared.includes(code) ? { code, wireCode: undefined } : { code: 'UNKNOWN', wireCode: code },
  ]);
  return Object.fromEntries(rows);
}

/** Collects the errors that the client gets, for each simulated code. */
async function collectErrors(
  call: (simulate: ErrorCode) => Promise<ClientError>,
): Promise<Record<string, ClientError>> {
  const rows = errorCodes.map(async (simulate) => [simulate, await call(simulate)] as const);
  return Object.fromEntries(await Promise.all(rows));
}

const start = { generation_type: 'image', alpha_mode: 'auto', source_uri: '', prompt: '' } as const;
const inputs: Readonly<Record<ProcedureName, object | undefined>> = {
  'uploads.create': { filename: 'a.png' },
  'generations.start': start,
  'generations.quote': start,
  'generations.get': { id: 'swx_1' },
  'generations.watch': { id: 'swx_1' },
  'generations.list': {},
  'generations.cancel': { id: 'swx_1' },
  'account.info': undefined,
  'account.billing': undefined,
  'generations.details': { id: 'swx_1' },
  'generations.summaries': {},
  'account.usage': {},
  'account.credits': {},
  'keys.list': undefined,
  'keys.create': { name: 'a', mode: 'test' },
  'keys.revoke': { id: 'key_1' },
  'webhooks.secret': undefined,
  'webhooks.rotateSecret': {},
  'webhooks.list': {},
  'webhooks.get': { id: 'msg_1' },
  'webhooks.redeliver': { id: 'msg_1' },
  'webhooks.test': { callback_url: 'https://restage.test' },
  'requests.list': {},
  'requests.get': { id: 'req_1' },
  'requests.failures': undefined,
};
const names = Object.keys(procedures) as ProcedureName[];
const isCall = (name: ProcedureName) => procedures[name].kind !== 'subscription';

describe('through the SDK', () => {
  const restage = new Restage({ apiKey: key, baseUrl: server.url, maxRetries: 0, retryDelayMs: 5 });
  /** `wireCode` is set only if it differs from `code`. */
  const toClientError = (error: RestageError | undefined): ClientError => ({
    code: error?.code,
    wireCode: error?.code === error?.wireCode ? undefined : error?.wireCode,
  });

  test.each(names.filter(isCall))(
    '%s fails with its declared codes, and with UNKNOWN for all others',
    async (name) => {
      const seen = await collectErrors(async (simulate) => {
        const calling = restage.call(name as never, inputs[name] as never, { simulate: simulate as never });
        return toClientError((await safe(calling)).error);
      });
      expect(seen).toEqual(getExpected(name));
    },
  );

  test('generations.watch fails with its declared codes, and with UNKNOWN for all others', async () => {
    const seen = await collectErrors(async (simulate) => {
      for await (const { error } of safe(restage.generations.watch('swx_1', { simulate: simulate as never })))
        return toClientError(error);
      throw new Error('The stream had no event.');
    });
    expect(seen).toEqual(getExpected('generations.watch'));
  });

  const bytes = blackPng(64, 48);

  test('a base URL with a wrong path gives UNKNOWN', async () => {
    const misconfigured = new Restage({ apiKey: key, baseUrl: `${server.url}/elsewhere`, maxRetries: 0 });
    for (const call of [
      misconfigured.account.info(),
      misconfigured.generations.get('swx_1'),
      misconfigured.uploads.upload(bytes),
    ])
      expect(toClientError((await safe(call)).error)).toEqual({ code: 'UNKNOWN', wireCode: 'NOT_FOUND' });
  });

  const footage = { source: bytes, prompt: 'a beach' };
  test.each([
    ['run', ['uploads.create', 'generations.start'], (simulate) => restage.run(footage, { simulate })],
    ['quote', ['uploads.create', 'generations.quote'], (simulate) => restage.quote(footage, { simulate })],
    ['uploads.upload', ['uploads.create'], (simulate) => restage.uploads.upload(bytes, { simulate })],
    [
      'generations.wait',
      ['generations.watch'],
      (simulate) => restage.generations.wait('swx_1', { simulate }),
    ],
    [
      'a page of a list',
      ['generations.list'],
      (simulate) => restage.generations.list({}, { simulate }).page(),
    ],
  ] satisfies [string, ProcedureName[], (simulate: never) => Promise<unknown>][])(
    '%s fails with the codes of the procedures that it calls (%j), and with UNKNOWN for all others',
    async (_, called, call) => {
      const seen = await collectErrors(async (simulate) => {
        const error: unknown = await call(simulate as never).catch((caught: unknown) => caught);
        if (!RestageError.isInstance(error)) throw error;
        return toClientError(error);
      });
      expect(seen).toEqual(getExpected(...called));
    },
  );
});

/** Creates tRPC's own client, as users do. The context of a call has the code to simulate. */
function createPlainClient(url: string, isBatching = false) {
  const options = { url: `${url}/trpc`, transformer: SuperJSON };
  const headers = (op: { context: Record<string, unknown> } | undefined) => ({
    'x-api-key': key,
    'x-restage-simulate': String(op?.context.simulate),
  });
  const link = isBatching
    ? httpBatchLink({ ...options, headers: ({ opList: [op] }) => headers(op) })
    : httpLink({ ...options, headers: ({ op }) => headers(op) });
  return createTRPCUntypedClient<AppRouter>({ links: [link] });
}

/** Calls a procedure that must fail, and returns its error by `getProcedureError`. */
async function callPlain(
  client: ReturnType<typeof createPlainClient>,
  name: ProcedureName,
  simulate?: string,
) {
  const kind = procedures[name].kind === 'mutation' ? 'mutation' : 'query';
  const caught: unknown = await client[kind](name, inputs[name], { context: { simulate } }).then(
    () => new Error('The call succeeded.'),
    (error: unknown) => error,
  );
  return getProcedureError(caught);
}

describe('through tRPC’s own client', () => {
  const toClientError = (error: ReturnType<typeof getProcedureError>): ClientError => ({
    code: error?.code,
    wireCode: error?.code === 'UNKNOWN' ? error.wireCode : undefined,
  });

  // `generations.watch` is not here: an EventSource exposes no errors.
  test.each(names.filter(isCall))(
    '%s fails with its declared codes, and with UNKNOWN for all others',
    async (name) => {
      const client = createPlainClient(server.url);
      const seen = await collectErrors(async (simulate) =>
        toClientError(await callPlain(client, name, simulate)),
      );
      expect(seen).toEqual(getExpected(name));
    },
  );

  test('each call of a batch has its own error', async () => {
    const client = createPlainClient(server.url, true);
    const batch: ProcedureName[] = ['generations.get', 'account.info', 'generations.list'];
    const errors = await Promise.all(batch.map((name) => callPlain(client, name, 'JOB_NOT_FOUND')));
    expect(errors.map(toClientError)).toEqual([
      { code: 'JOB_NOT_FOUND', wireCode: undefined },
      { code: 'UNKNOWN', wireCode: 'JOB_NOT_FOUND' },
      { code: 'UNKNOWN', wireCode: 'JOB_NOT_FOUND' },
    ]);
  });

  test('an error has its message, request id, docs link and retryAfter', async () => {
    const client = createPlainClient(server.url);
    expect(await callPlain(client, 'account.info', 'RATE_LIMIT_EXCEEDED')).toEqual({
      code: 'RATE_LIMIT_EXCEEDED',
      message: expect.stringContaining('Simulated'),
      requestId: expect.stringMatching(/^req_/),
      docUrl: 'http://docs.restage.test/errors#RATE_LIMIT_EXCEEDED',
      retryable: true,
      retryAfter: 1,
    });
    expect(await callPlain(client, 'generations.get')).toMatchObject({ code: 'JOB_NOT_FOUND', param: 'id' });
  });

  test('a call of an unknown procedure fails with UNKNOWN', async () => {
    const client = createPlainClient(server.url);
    const caught: unknown = await client.query('generations.dance').catch((error: unknown) => error);
    expect(getProcedureError(caught)).toMatchObject({ code: 'UNKNOWN', wireCode: 'NOT_FOUND' });
  });

  test('a code of a newer server becomes UNKNOWN, with its details', async () => {
    const error = {
      code: 'SOURCE_TOO_LOUD',
      message: 'Too loud.',
      requestId: 'req_1',
      docUrl: 'http://docs.restage.test/errors#SOURCE_TOO_LOUD',
      retryable: true,
      retryAfter: 9,
    };
    const shape = { message: error.message, code: -32600, data: { path: 'generations.get', error } };
    const url = await serve((_, response) =>
      response.writeHead(400).end(JSON.stringify({ error: { json: shape } })),
    );
    expect(await callPlain(createPlainClient(url), 'generations.get')).toEqual({
      ...error,
      code: 'UNKNOWN',
      wireCode: 'SOURCE_TOO_LOUD',
    });
  });

  test.each<[string, RequestListener]>([
    [
      'an HTML page',
      (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>'),
    ],
    ['an empty body', (_, response) => response.writeHead(200).end()],
    ['an empty 404', (_, response) => response.writeHead(404).end()],
    [
      'a redirect to a page',
      (request, response) => {
        if (request.url === '/elsewhere') response.writeHead(200).end('<h1>Hi</h1>');
        else response.writeHead(301, { location: '/elsewhere' }).end();
      },
    ],
    ['a gateway error', (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>')],
    [
      'the envelope of another service',
      (_, response) => response.writeHead(400).end('{"error":{"code":"JOB_NOT_FOUND","message":"No."}}'),
    ],
    ['a closed connection', (request) => request.socket.destroy()],
  ])('getProcedureError returns undefined for %s', async (_, listener) => {
    const client = createPlainClient(await serve(listener));
    expect(await callPlain(client, 'generations.get')).toBeUndefined();
  });
});

/** Starts a server that is not Restage. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
