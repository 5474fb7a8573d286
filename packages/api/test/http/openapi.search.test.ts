import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ProcedureName, procedures } from '@restage/contract';
import { createKey, startWebhookWorkers } from '@restage/core';
import { searchRuns } from '@restage/fixtures/searches';
import { openTransports } from '@restage/testing/support';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import fc, { type Arbitrary } from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { createOpenApiDocument } from '../../src/index.ts';
import { fromJsonSchema, type JsonSchema } from '../support/from-json-schema.ts';
import { blackPng } from '../support/uploads.ts';

interface Parameter {
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required: boolean;
  readonly schema: JsonSchema;
}

interface DocumentedResponse {
  readonly headers?: Readonly<Record<string, { readonly $ref: string }>>;
  readonly content?: Readonly<Record<string, object>>;
}

/** An operation of the document. */
interface Operation {
  readonly operationId: ProcedureName;
  readonly method: string;
  readonly path: string;
  readonly parameters: readonly Parameter[];
  readonly body: JsonSchema | undefined;
  readonly responses: Readonly<Record<string, DocumentedResponse>>;
}

interface Document {
  readonly paths: Readonly<
    Record<
      string,
      Record<
        string,
        Omit<Operation, 'method' | 'path' | 'body'> & {
          requestBody?: { content: { 'application/json': { schema: JsonSchema } } };
        }
      >
    >
  >;
  readonly components: { readonly headers: Readonly<Record<string, { readonly required?: boolean }>> };
}

const receiver = createServer((_, response) => response.writeHead(204).end()).listen(0, '127.0.0.1');
await once(receiver, 'listening');
const callbackUrl = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/webhooks`;
const stopping = new AbortController();
const server = await openTransports({
  settings: { writeRpm: 100_000, readRpm: 100_000, concurrency: 1000, allowPrivateNetwork: true },
  media: { allowPrivateNetwork: true },
});
await startWebhookWorkers(server.ctx, server.boss, stopping.signal);
afterAll(() => {
  stopping.abort();
  receiver.close();
});

const { ctx } = server;
const { id: accountId, key } = await server.account({ credits: 1_000_000_000 });
const { key: testKey } = await createKey(ctx, accountId, { name: 'test', mode: 'test' });
const document = createOpenApiDocument(server.url) as unknown as Document;
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(
    ([method, { parameters = [], requestBody, ...operation }]): Operation => ({
      ...operation,
      method: method.toUpperCase(),
      path,
      parameters,
      body: requestBody?.content['application/json'].schema,
    }),
  ),
);

function getOperation(name: ProcedureName): Operation {
  const operation = operations.find(({ operationId }) => operationId === name);
  if (!operation) throw new Error(`${name} is not in the document.`);
  return operation;
}

const ajv = addFormats.default(new Ajv2020({ strict: false, validateFormats: true }));
ajv.addSchema(document, 'openapi', false, false);
const validators = new Map<string, ValidateFunction>();

/** The validator of a schema in the document, which a pointer names. */
function getValidator(...pointer: readonly string[]): ValidateFunction {
  const $ref = `openapi#/${pointer.map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'))).join('/')}`;
  const validate = validators.get($ref) ?? ajv.compile({ $ref });
  validators.set($ref, validate);
  return validate;
}

async function createSamples(): Promise<Record<string, readonly unknown[]>> {
  const call = async (name: ProcedureName, input?: object) => {
    const outcome = await server.transports[2].call(name, input, key);
    if (!outcome.ok) throw new Error(`${name}: ${outcome.message}`);
    return outcome.output as { id: string } & Record<string, unknown>;
  };
  const source_uri = `data:image/png;base64,${blackPng(8, 8).toString('base64')}`;
  const start = { generation_type: 'image', alpha_mode: 'fill', prompt: 'a beach', source_uri };
  const job = await call('generations.start', { ...start, callback_url: callbackUrl });
  await vi.waitFor(
    async () =>
      expect(await call('generations.get', { id: job.id })).toMatchObject({
        webhook: { status: 'delivered' },
      }),
    { timeout: 30_000, interval: 100 },
  );
  const [spareKey, delivery] = [
    await call('keys.create', { name: 'spare', mode: 'live' }),
    await call('webhooks.test', { callback_url: callbackUrl }),
  ];
  await call('generations.start', start);
  await ctx.requests.flush();
  const logged = (await call('requests.list')) as unknown as { requests: { id: string }[] };
  const pages = [];
  for (const name of ['generations.list', 'account.credits', 'requests.list', 'webhooks.list'] as const)
    pages.push((await call(name, { limit: 1 })).next_page_token);
  return {
    JOB_NOT_FOUND: [job.id],
    KEY_NOT_FOUND: [spareKey.id],
    DELIVERY_NOT_FOUND: [delivery.id],
    REQUEST_NOT_FOUND: logged.requests.map(({ id }) => id),
    generation_id: [job.id],
    page_token: pages,
    source_uri: [source_uri],
    reference_image_uri: [source_uri, source_uri.replace('AA', 'BB')],
    alpha_uri: [source_uri],
    callback_url: [callbackUrl, 'https://127.0.0.1:1/', 'ftp://example.com'],
    prompt: ['a beach at noon'],
    filename: ['a.png', 'clip.mp4'],
    seed: [7],
    max_cost: [1000, 0],
    idempotency_key: ['a', 'b'],
    'idempotency-key': ['a', 'b'],
    'last-event-id': ['0', '1', '999999999999999'],
    prefer: ['wait=1', 'respond-async', 'wait="1"'],
    from: ['2026-01-01'],
    to: ['2026-01-31T12:00:00+02:00'],
    created_after: ['2026-01-01', '2026-01-01T00:00:00.000001Z'],
    created_before: ['2999-12-31'],
    expires_at: ['2999-12-31', '2999-12-31T23:59:59-14:00'],
    procedure: ['generations.start'],
  };
}

const samples = await createSamples();

/** What the server accepts of a field, of which its schema says only the type. */
function getSamples(operation: Operation, name: string): readonly unknown[] | undefined {
  if (name !== 'id') return samples[name];
  const { errors } = procedures[operation.operationId];
  return errors.flatMap((code) => samples[code] ?? []);
}

/** Values at the ends of what numbers, texts and times can be. */
const extremes = [
  ...['', ' ', '\0', '\ud800', '..', '%00', 'null', '-1', '1e3', '00', '9'.repeat(15), '9'.repeat(40)],
  ...['0000-01-01', '0001-01-01', '9999-12-31', '9999-12-31T23:59:59.999-14:00', '2026-02-30'],
  ...[
    '0000-01-01T00:00:00+14:00',
    '1969-12-31T23:59:60Z',
    'x'.repeat(3000),
    'swx_7zzzzzzzzzzzzzzzzzzzzzzzzz',
  ],
  ...[0, -1, 0.5, 1e20, 2 ** 31, 2 ** 53, -0, true, [], {}, null, ['a'], { a: 1 }],
];

/** A value of a field: one that works, any of its schema, or any at all. */
function drawValue(operation: Operation, name: string, schema: JsonSchema): Arbitrary<unknown> {
  const known = getSamples(operation, name);
  return fc.oneof(
    { weight: 5, arbitrary: known?.length ? fc.constantFrom(...known) : fromJsonSchema(schema) },
    { weight: 2, arbitrary: fromJsonSchema(schema) },
    { weight: 2, arbitrary: fc.constantFrom(...extremes) },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

/** A request of an operation. */
interface Case {
  readonly name: ProcedureName;
  readonly parameters: Readonly<Record<string, unknown>>;
  /** Undefined for none. */
  readonly body: unknown;
  readonly key: string | undefined;
}

function drawCase(operation: Operation): Arbitrary<Case> {
  const drawFields = (fields: readonly (readonly [string, JsonSchema, boolean])[]) =>
    fc.record(
      Object.fromEntries(
        fields.map(([name, schema, isRequired]) => [
          name,
          // A field that must be there is missing now and then.
          isRequired
            ? drawValue(operation, name, schema)
            : fc.option(drawValue(operation, name, schema), { nil: undefined }),
        ]),
      ),
    );
  const { properties = {}, required = [] } = operation.body ?? {};
  const body = drawFields(
    Object.entries(properties).map(([name, schema]) => [name, schema, required.includes(name)]),
  );
  return fc.record({
    name: fc.constant(operation.operationId),
    parameters: drawFields(operation.parameters.map((each) => [each.name, each.schema, each.required])),
    body: operation.body
      ? fc.oneof(
          { weight: 12, arbitrary: body },
          { weight: 2, arbitrary: fc.tuple(body, fc.nat()).map(([fields, at]) => omitOne(fields, at)) },
          { weight: 1, arbitrary: fc.option(fc.jsonValue(), { nil: undefined }) },
        )
      : fc.oneof(fc.constant(undefined), fc.jsonValue()),
    key: fc.oneof(
      { weight: 20, arbitrary: fc.constant(key) },
      { weight: 2, arbitrary: fc.constantFrom(testKey, undefined, `${key}x`, 'rsk_') },
    ),
  });
}

function omitOne(fields: Readonly<Record<string, unknown>>, at: number): object {
  const names = Object.keys(fields);
  const { [names[at % Math.max(1, names.length)] ?? '']: _, ...rest } = fields;
  return rest;
}

/** What a path or a header can carry of a value. */
const toText = (value: unknown) =>
  (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed();

async function send({ name: operationId, parameters, body, key: sentKey }: Case): Promise<Response> {
  const operation = getOperation(operationId);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const text = toText(parameters[name]);
    // URLs have no segment that is empty or of dots alone: what comes of it is another route.
    return encodeURIComponent(/^\.{0,2}$/.test(text) ? '-' : text);
  });
  const query = new URLSearchParams();
  const headers = new Headers(sentKey === undefined ? {} : { 'x-api-key': sentKey });
  for (const { name, in: place } of operation.parameters) {
    if (parameters[name] === undefined) continue;
    const text = toText(parameters[name]);
    if (place === 'query') query.set(name, text);
    // Clients send no header of other characters.
    if (place === 'header') headers.set(name, text.replace(/[^\x20-\x7e]/g, '~').slice(0, 4000));
  }
  return fetch(`${server.url}${path}?${query}`, {
    method: operation.method,
    headers,
    ...(body !== undefined && operation.method === 'POST' && { body: JSON.stringify(body) }),
  });
}

/** The first event of a stream, which the caller then leaves. */
async function readEvent(response: Response): Promise<Record<string, string>> {
  let text = '';
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('\n\n')) break;
  }
  const lines = text.slice(0, text.indexOf('\n\n')).split('\n');
  return Object.fromEntries(lines.map((line) => line.split(/: (.*)/s)));
}

/** Holds a response to what the document says of its operation. */
async function expectDocumented(operationId: ProcedureName, response: Response): Promise<void> {
  const { responses, path, method } = getOperation(operationId);
  const status = String(response.status);
  expect(response.status, operationId).toBeLessThan(500);
  expect(Object.keys(responses), operationId).toContain(status);
  const { headers = {}, content } = responses[status] ?? {};
  for (const [name, { $ref }] of Object.entries(headers)) {
    if (document.components.headers[$ref.split('/').at(-1) ?? '']?.required)
      expect(response.headers.get(name), `${operationId} ${status} ${name}`).toMatch(/./);
  }
  const [type = ''] = (response.headers.get('content-type') ?? '').split(';');
  if (!content) {
    expect(await response.text(), `${operationId} ${status}`).toBe('');
    return;
  }
  expect(Object.keys(content), operationId).toContain(type);
  const pointer = ['paths', path, method.toLowerCase(), 'responses', status, 'content', type, 'schema'];
  if (type === 'text/event-stream') {
    const event = await readEvent(response);
    expectValid(getValidator('components', 'schemas', 'JobEvent'), event);
    return expectValid(getValidator('components', 'schemas', 'Job'), JSON.parse(event.data ?? ''));
  }
  expectValid(getValidator(...pointer), await response.json());
}

function expectValid(validate: ValidateFunction, value: unknown): void {
  if (!validate(value)) expect.fail(`${ajv.errorsText(validate.errors)} in ${JSON.stringify(value)}`);
}

/** Fields with which a request of an operation succeeds. */
function pickSamples(operation: Operation, names: readonly string[]): Record<string, unknown> {
  const chosen = { generation_type: 'image', alpha_mode: 'fill', name: 'a', mode: 'test' };
  return Object.fromEntries(
    names.map((name) => [name, Reflect.get(chosen, name) ?? getSamples(operation, name)?.[0]]),
  );
}

test.each(operations)('$operationId succeeds as the OpenAPI document says', async (operation) => {
  const required = operation.parameters.filter((each) => each.required).map(({ name }) => name);
  const { required: fields = [] } = operation.body ?? {};
  const request = {
    name: operation.operationId,
    parameters: pickSamples(operation, required),
    body: operation.body && { ...pickSamples(operation, fields), prompt: 'a beach' },
    key,
  };
  // The job has ended, and so can't be cancelled.
  const expected = operation.operationId === 'generations.cancel' ? 409 : 200;
  const response = await send(request);
  expect(response.status).toBe(expected);
  await expectDocumented(operation.operationId, response);
});

test('every response to any request is one that the OpenAPI document describes, and none is a 5xx', async () => {
  const search = fc.constantFrom(...operations).chain(drawCase);
  await fc.assert(
    fc.asyncProperty(search, async (request) => {
      await expectDocumented(request.name, await send(request));
    }),
    { numRuns: searchRuns(400, 8000) },
  );
  await ctx.requests.flush();
  expect(ctx.requests.dropped).toBe(0);
  expect(server.lines.filter(({ level }) => level === 'error')).toEqual([]);
}, 600_000);
