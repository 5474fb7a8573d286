/** The unions of errors that clients have in their types, held against what reaches them when the server runs. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ProcedureName, procedureErrors, procedures } from '@restage/contract';
import { type ErrorCode, errorCodes } from '@restage/errors';
import { getProcedureError } from '@restage/errors/trpc';
import { Restage, RestageError, safe } from '@restage/sdk';
import { createTRPCUntypedClient, httpBatchLink, httpLink } from '@trpc/client';
import { SuperJSON } from 'superjson';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { AppRouter } from '../index.ts';
import { openDoors } from '../testing/suite/index.ts';
import { blackPng } from './footage.ts';

const world = await openDoors({ work: false });
const { key } = await world.account({ mode: 'test' });

/** What reaches a client: the code, and what the server called it. */
interface Seen {
  readonly code: string | undefined;
  readonly wireCode: string | undefined;
}

/** What must reach a client of some procedures, for each code that the server may be told to answer with. */
function getExpected(...names: readonly ProcedureName[]): Record<string, Seen> {
  const declared = names.flatMap(procedureErrors);
  const rows = errorCodes.map((code): [string, Seen] => [
    code,
    declared.includes(code) ? { code, wireCode: undefined } : { code: 'UNKNOWN', wireCode: code },
  ]);
  return Object.fromEntries(rows);
}

/** What does, for every code of the catalog. */
async function collectSeen(ask: (simulate: ErrorCode) => Promise<Seen>): Promise<Record<string, Seen>> {
  const rows = errorCodes.map(async (simulate) => [simulate, await ask(simulate)] as const);
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
};
const names = Object.keys(procedures) as ProcedureName[];
const isCall = (name: ProcedureName) => procedures[name].kind !== 'subscription';

describe('through the SDK', () => {
  const restage = new Restage({ apiKey: key, baseUrl: world.url, maxRetries: 0, retryDelayMs: 5 });
  /** What a RestageError says; its `wireCode` is told where it differs. */
  const toSeen = (error: RestageError | undefined): Seen => ({
    code: error?.code,
    wireCode: error?.code === error?.wireCode ? undefined : error?.wireCode,
  });

  test.each(names.filter(isCall))(
    '%s has the codes that it declares, and UNKNOWN for all others',
    async (name) => {
      const seen = await collectSeen(async (simulate) => {
        const calling = restage.call(name as never, inputs[name] as never, { simulate: simulate as never });
        return toSeen((await safe(calling)).error);
      });
      expect(seen).toEqual(getExpected(name));
    },
  );

  test('generations.watch has the codes that it declares, and UNKNOWN for all others', async () => {
    const seen = await collectSeen(async (simulate) => {
      for await (const { error } of safe(restage.generations.watch('swx_1', { simulate: simulate as never })))
        return toSeen(error);
      throw new Error('nothing came');
    });
    expect(seen).toEqual(getExpected('generations.watch'));
  });

  const bytes = blackPng(64, 48);

  test('a path where the server has nothing is UNKNOWN', async () => {
    const lost = new Restage({ apiKey: key, baseUrl: `${world.url}/elsewhere`, maxRetries: 0 });
    for (const call of [lost.account.info(), lost.generations.get('swx_1'), lost.uploads.upload(bytes)])
      expect(toSeen((await safe(call)).error)).toEqual({ code: 'UNKNOWN', wireCode: 'NOT_FOUND' });
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
    '%s has the codes of what it calls (%j), and UNKNOWN for all others',
    async (_, called, call) => {
      const seen = await collectSeen(async (simulate) => {
        const error: unknown = await call(simulate as never).catch((caught: unknown) => caught);
        if (!RestageError.isInstance(error)) throw error;
        return toSeen(error);
      });
      expect(seen).toEqual(getExpected(...called));
    },
  );
});

/** tRPC's own client, as users set it up. A call's context says what it wants simulated. */
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

/** What a call of a procedure ends with, as `getProcedureError` has it. */
async function callPlain(
  client: ReturnType<typeof createPlainClient>,
  name: ProcedureName,
  simulate?: string,
) {
  const kind = procedures[name].kind === 'mutation' ? 'mutation' : 'query';
  const caught: unknown = await client[kind](name, inputs[name], { context: { simulate } }).then(
    () => new Error('the call succeeded'),
    (error: unknown) => error,
  );
  return getProcedureError(caught);
}

describe('through tRPC’s own client', () => {
  const toSeen = (error: ReturnType<typeof getProcedureError>): Seen => ({
    code: error?.code,
    wireCode: error?.code === 'UNKNOWN' ? error.wireCode : undefined,
  });

  // An EventSource shows no error of a subscription: it is read by fetch.
  test.each(names.filter(isCall))(
    '%s has the codes that it declares, and UNKNOWN for all others',
    async (name) => {
      const client = createPlainClient(world.url);
      const seen = await collectSeen(async (simulate) => toSeen(await callPlain(client, name, simulate)));
      expect(seen).toEqual(getExpected(name));
    },
  );

  test('each call of a batch has its own', async () => {
    const client = createPlainClient(world.url, true);
    const batch: ProcedureName[] = ['generations.get', 'account.info', 'generations.list'];
    const errors = await Promise.all(batch.map((name) => callPlain(client, name, 'JOB_NOT_FOUND')));
    expect(errors.map(toSeen)).toEqual([
      { code: 'JOB_NOT_FOUND', wireCode: undefined },
      { code: 'UNKNOWN', wireCode: 'JOB_NOT_FOUND' },
      { code: 'UNKNOWN', wireCode: 'JOB_NOT_FOUND' },
    ]);
  });

  test('an error says what there is to say, and after how long to come again', async () => {
    const client = createPlainClient(world.url);
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

  test('a procedure that this version does not know has UNKNOWN', async () => {
    const client = createPlainClient(world.url);
    const caught: unknown = await client.query('generations.dance').catch((error: unknown) => error);
    expect(getProcedureError(caught)).toMatchObject({ code: 'UNKNOWN', wireCode: 'NOT_FOUND' });
  });

  test('a code of the future has UNKNOWN, with what the server says of it', async () => {
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
    ['a page', (_, response) => response.writeHead(200, { 'content-type': 'text/html' }).end('<h1>Hi</h1>')],
    ['an empty body', (_, response) => response.writeHead(200).end()],
    ['an empty 404', (_, response) => response.writeHead(404).end()],
    [
      'a redirect to a page',
      (request, response) => {
        if (request.url === '/elsewhere') response.writeHead(200).end('<h1>Hi</h1>');
        else response.writeHead(301, { location: '/elsewhere' }).end();
      },
    ],
    ['a gateway that fails', (_, response) => response.writeHead(502).end('<h1>Bad Gateway</h1>')],
    [
      'the envelope of another service',
      (_, response) => response.writeHead(400).end('{"error":{"code":"JOB_NOT_FOUND","message":"No."}}'),
    ],
    ['a connection that is cut', (request) => request.socket.destroy()],
  ])('%s is no answer of Restage', async (_, listener) => {
    const client = createPlainClient(await serve(listener));
    expect(await callPlain(client, 'generations.get')).toBeUndefined();
  });
});

/** A server of a test's own, that is not Restage. */
async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
