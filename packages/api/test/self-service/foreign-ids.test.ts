import { createApp } from '@restage/api';
import { newId, type ProcedureName, procedures } from '@restage/contract';
import { createKey } from '@restage/core';
import { requestLog, webhookDeliveries } from '@restage/db';
import type { ErrorCode } from '@restage/errors';
import { openTransports, toRestRequest } from '@restage/testing/support';
import { drizzle } from 'drizzle-orm/postgres-js';
import { expect, test } from 'vitest';
import { blackPng, upload } from '../support/uploads.ts';

const server = await openTransports({ work: false, settings: { concurrency: 100 } });
const { ctx } = server;
const [caller] = server.transports;

/**
 * What the server sends to the database, without the batches of the request log, and without the look-up of a key, which
 * repeats every few seconds.
 */
const statements: string[] = [];
const recordStatement = (query: string) => {
  if (!query.includes('greatest("api_keys"."last_used_at"')) statements.push(query);
};
const client = Reflect.get(ctx.db, '$client') as ReturnType<typeof drizzle>['$client'];
const db = drizzle(client, { logger: { logQuery: recordStatement } });
const app = createApp(
  { ...ctx, db },
  { publicUrl: server.url, maxBodyBytes: 1e6, ready: async () => ({ database: true }) },
);

const [owner, other] = [await server.account(), await server.account()];
const uploadImage = () => upload(caller, owner.key, 'a.png', blackPng(8, 8));
const start = async () => {
  const source_uri = await uploadImage();
  const sent = { generation_type: 'image', alpha_mode: 'fill', source_uri, prompt: 'a beach' };
  const outcome = await caller.call('generations.start', sent, owner.key);
  if (!outcome.ok) throw new Error(outcome.message);
  return outcome.output.id;
};
const insertDelivery = async (generationId: string | null) => {
  const id = newId('delivery', ctx.now(), ctx.random);
  const row = {
    id,
    accountId: owner.id,
    generationId,
    url: 'https://restage.test',
    status: 'failed',
  } as const;
  await ctx.db.insert(webhookDeliveries).values(row);
  return id;
};
const createJob = async () => {
  const id = await start();
  await insertDelivery(id);
  return id;
};
const logRequest = async () => {
  await caller.call('uploads.create', { filename: 'a.png' }, owner.key);
  await ctx.requests.flush();
  const [row] = await ctx.db.select().from(requestLog).limit(1);
  return row?.id ?? '';
};

interface Ids {
  /** Creates something of the owner's, and returns its id. */
  readonly create: () => Promise<string>;
  /** A well-formed id of nothing. */
  readonly missing: string;
}

/** What the id of a procedure names, by the code for one that is not there. */
const idsByCode: Partial<Record<ErrorCode, Ids>> = {
  JOB_NOT_FOUND: { create: createJob, missing: 'swx_00000000000000000000000000' },
  KEY_NOT_FOUND: {
    create: async () => (await createKey(ctx, owner.id, { name: 'a', mode: 'live' })).id,
    missing: 'key_00000000000000000000000000',
  },
  DELIVERY_NOT_FOUND: { create: () => insertDelivery(null), missing: 'msg_00000000000000000000000000' },
  REQUEST_NOT_FOUND: { create: logRequest, missing: 'req_00000000-0000-0000-0000-000000000000' },
};

interface Case {
  readonly name: ProcedureName;
  readonly field: string;
  readonly ids: Ids;
  readonly sent: object;
}

/** Every field of the procedure table that holds an id. */
const cases = (Object.keys(procedures) as ProcedureName[]).flatMap((name): Case[] => {
  const { input, errors } = procedures[name];
  const fields = Object.keys(input?.schema.shape ?? {});
  return fields.flatMap((field): Case | [] => {
    if (field === 'source_uri') {
      const sent = { generation_type: 'image', alpha_mode: 'fill', prompt: 'a beach' };
      const missing = 'beeble://uploads/upload_00000000000000000000000000/a.png';
      return { name, field, ids: { create: uploadImage, missing }, sent };
    }
    if (field !== 'id' && !field.endsWith('_id')) return [];
    const code = field === 'generation_id' ? 'JOB_NOT_FOUND' : errors.find((each) => each in idsByCode);
    const ids = code && idsByCode[code];
    if (!ids) throw new Error(`${name} has the id ${field}: say in idsByCode what it names.`);
    return { name, field, ids, sent: {} };
  });
});

/** Headers that differ between any two responses. */
const volatileHeaders = ['x-request-id', 'date'];

/** Calls a procedure, and returns all that a caller can tell of it, and the statements that it took. */
async function observe(transport: 'REST' | 'tRPC', { name, field, sent }: Case, id: string, key = other.key) {
  const input = { ...sent, [field]: id };
  statements.length = 0;
  const response = await (transport === 'REST' ? callRest : callTrpc)(name, input, key);
  const requestId = response.headers.get('x-request-id') ?? '';
  const body = (await readBody(response)).replaceAll(requestId, 'req_').replaceAll(id, 'the id');
  const headers = [...response.headers].filter(([header]) => !volatileHeaders.includes(header));
  return { status: response.status, headers, body, statements: [...statements] };
}

/** Reads a body: of a stream, up to its first event with data. */
async function readBody(response: Response): Promise<string> {
  let text = '';
  // Leaving the loop cancels the stream.
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk;
    if (text.includes('data: {"')) break;
  }
  return text;
}

function callRest(name: ProcedureName, input: object, key: string) {
  const { path, ...init } = toRestRequest(name, input, key);
  return app.request(path, init);
}

function callTrpc(name: ProcedureName, input: object, key: string) {
  const json = JSON.stringify(input);
  const headers = { 'x-api-key': key, 'content-type': 'application/json' };
  return procedures[name].kind === 'mutation'
    ? app.request(`/trpc/${name}`, { method: 'POST', headers, body: json })
    : app.request(`/trpc/${name}?input=${encodeURIComponent(json)}`, { headers });
}

test('the ids are those of every procedure whose path has one', () => {
  const names = (Object.keys(procedures) as ProcedureName[]).filter((name) =>
    procedures[name].rest.path.includes('{'),
  );
  expect(cases.map(({ name }) => name)).toEqual(expect.arrayContaining(names));
});

test.each(cases.flatMap((each) => (['REST', 'tRPC'] as const).map((transport) => ({ ...each, transport }))))(
  '$name over $transport answers another account’s $field like one of nothing, with the same statements',
  async ({ transport, ...each }) => {
    const foreign = await each.ids.create();
    const missingResponse = await observe(transport, each, each.ids.missing);
    expect(await observe(transport, each, foreign)).toEqual(missingResponse);
    expect(missingResponse.statements).not.toEqual([]);
    // To its owner, what was asked for is there.
    const own = await observe(transport, each, foreign, owner.key);
    expect(own.status).toBe(200);
    expect(own.body).not.toBe(missingResponse.body);
  },
);
