import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import type { Job } from '@restage/contract';
import { connect } from '@restage/db';
import { testDatabase } from '@restage/db/testing';
import { makePng } from '@restage/media/testing';
import { expect, onTestFinished, test } from 'vitest';
import { installPreviousVersion } from './support/previous-version.ts';
import { getJob, type Program, runServer, usePrograms, waitUntilServing } from './support/programs.ts';

const folder = usePrograms();

const source_uri = `data:image/png;base64,${makePng(8, 8).toString('base64')}`;

/** Creates an empty database, without a schema. */
async function createEmptyDatabase() {
  const { sql, url } = await testDatabase();
  const name = `upgrade_${randomBytes(6).toString('hex')}`;
  await sql`create database ${sql(name)}`;
  const DATABASE_URL = Object.assign(new URL(url), { pathname: name }).href;
  const connection = connect(DATABASE_URL);
  onTestFinished(async () => {
    await connection.close();
    await sql`drop database ${sql(name)} with (force)`;
  });
  return { DATABASE_URL, sql: connection.sql };
}

/** Receives webhooks. @returns its URL, and by webhook id the job and the status that each told of */
async function receiveWebhooks() {
  const received = new Map<string, string>();
  const server = createServer(async (request, response) => {
    if (request.method === 'POST') {
      const { id, status } = (await json(request)) as Job;
      received.set(String(request.headers['webhook-id']), `${id} ${status}`);
    }
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  onTestFinished(() => void server.close());
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`, received };
}

test('while a version replaces the one before it, jobs of both end once, are charged once, and their webhooks arrive', async ({
  skip,
}) => {
  const previous = await installPreviousVersion(folder());
  if (typeof previous === 'string') return skip(`NOT TESTED: a rolling upgrade; ${previous}`);
  console.log(`a rolling upgrade from ${previous.commit}`);
  const { DATABASE_URL, sql } = await createEmptyDatabase();
  const webhooks = await receiveWebhooks();
  const programs: Program[] = [];
  const serve = async (role: 'api' | 'worker', script?: string) => {
    const env = {
      DATABASE_URL,
      RESTAGE_DATA_DIR: join(folder(), 'data'),
      RESTAGE_SECRET: 'the same for both versions',
      RESTAGE_ALLOW_PRIVATE_NETWORK: '1',
    };
    const program = runServer(['serve', '--role', role], env, undefined, script);
    programs.push(program);
    return { program, ...(await waitUntilServing(program)) };
  };
  const stop = async ({ program }: { program: Program }) => {
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
  };
  const countMigrations = async () => (await sql`select from drizzle.__drizzle_migrations`).length;

  const oldApi = await serve('api', previous.program);
  const oldWorker = await serve('worker', previous.program);
  const { key } = oldApi;
  const send = async ({ url }: { url: string }, path: string, body: object) => {
    const headers = { 'x-api-key': key };
    const response = await fetch(`${url}/v1/switchx/generations${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
    });
    const job = (await response.json()) as Job;
    expect(response.status, JSON.stringify(job)).toBe(200);
    return job.id;
  };
  const ended = new Map<string, string>();
  const start = (api: { url: string }, name: string = randomUUID()) =>
    send(api, '', {
      generation_type: 'image',
      alpha_mode: 'fill',
      prompt: 'a beach at noon',
      source_uri,
      callback_url: webhooks.url,
      idempotency_key: name,
    });
  const complete = async (api: { url: string }, id: string) => {
    const job = await getJob(api.url, key, id, 60);
    expect(job).toMatchObject({ status: 'completed', error: null });
    expect((await fetch(job.output?.render ?? '')).status).toBe(200);
    ended.set(id, 'completed');
  };
  const cancel = async (api: { url: string }, id: string) => {
    await send(api, `/${id}/cancel`, {});
    ended.set(id, 'cancelled');
  };

  const first = await start(oldApi, 'the first');
  await complete(oldApi, first);
  const before = await countMigrations();

  // The new api migrates the database; the old processes go on.
  const newApi = await serve('api');
  if (!process.env.RESTAGE_UPGRADE_FROM) expect(await countMigrations()).toBeGreaterThan(before);
  expect(await start(newApi, 'the first')).toBe(first);
  await complete(oldApi, await start(newApi));
  await complete(newApi, await start(oldApi));
  await stop(oldWorker);
  await cancel(oldApi, await start(newApi));
  await cancel(newApi, await start(oldApi));

  // What an old api takes while no worker runs, a new worker renders; what a new api takes, an old one does.
  const waiting = await start(oldApi);
  const newWorker = await serve('worker');
  await complete(newApi, waiting);
  await complete(oldApi, await start(newApi));
  await stop(newWorker);
  const taken = await start(newApi);
  const lastOldWorker = await serve('worker', previous.program);
  await complete(newApi, taken);

  await serve('worker');
  const burst = await Promise.all([oldApi, newApi, oldApi, newApi].map((api) => start(api)));
  for (const id of burst) await complete(newApi, id);
  await stop(lastOldWorker);
  await stop(oldApi);
  await complete(newApi, await start(newApi));

  const tellings = [...ended].map(([id, status]) => `${id} ${status}`).toSorted();
  await expect.poll(() => [...webhooks.received.values()].toSorted()).toEqual(tellings);
  const completed = [...ended.values()].filter((status) => status === 'completed').length;
  const headers = { 'x-api-key': key };
  const account = await fetch(`${newApi.url}/v1/account/billing`, { headers });
  // A thousand credits at first, three for an image, and a hundred are a dollar.
  expect(await account.json()).toMatchObject({ prepaid_balance: (1000 - 3 * completed) / 100 });
  const reconcile = runServer(['reconcile'], { DATABASE_URL, RESTAGE_DATA_DIR: join(folder(), 'data') });
  expect(await reconcile.exit, reconcile.out()).toBe(0);
  for (const program of programs) expect(program.log()).not.toMatch(/"level":"(error|fatal)"/);
});
