import { once } from 'node:events';
import { connect as connectSocket, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { connect } from '../src/connect.ts';
import { testDatabase } from './support/index.ts';

// How the patched postgres.js (see patches/) handles lost connections.
const { sql: outside, url } = await testDatabase();
await outside`create table marks (mark text)`;

/** Has PostgreSQL end the connection of a transaction, from within. */
const end = (within: { unsafe: (query: string) => Promise<unknown> }) =>
  within.unsafe('select pg_terminate_backend(pg_backend_pid())').catch(() => {});

test('a transaction that lost its connection does not continue on another', async () => {
  const { sql, close } = connect(url, { max: 1 });
  const body = Promise.withResolvers<unknown>();
  let waiting: Promise<unknown> = Promise.resolve();
  const outcome = sql.begin(async (within) => {
    // It waits for the pool's only connection, which is therefore opened again as soon as it is lost.
    waiting = sql`select pg_sleep(0.2)`.execute();
    await end(within);
    await waiting;
    const mark = within`insert into marks values ('stray')`;
    await mark.then(body.resolve, body.reject);
  });
  await expect(outcome).rejects.toThrow();
  await expect(body.promise).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  expect(await outside`select * from marks`).toEqual([]);
  await close();
});

test('statements queued in a transaction are rejected when its connection is lost', async () => {
  const { sql, close } = connect(url, { max: 1 });
  let settled: PromiseSettledResult<unknown>[] = [];
  await expect(
    sql.begin(async (within) => {
      settled = await Promise.allSettled([
        end(within),
        ...Array.from({ length: 200 }, () => within`select 1`),
      ]);
    }),
  ).rejects.toThrow();
  await expect.poll(() => settled.length, { timeout: 5000 }).toBe(201);
  await close();
});

test('connections that are lost repeatedly are reopened, and the process survives', async () => {
  const { sql, close } = connect(url, { max: 2 });
  for (let time = 0; time < 20; time += 1) {
    await expect(
      Promise.all([1, 2, 3].map(() => sql.begin(async (within) => void (await end(within))))),
    ).rejects.toThrow();
  }
  expect(await Promise.all([1, 2, 3, 4].map(() => sql`select 1 as one`))).toHaveLength(4);
  await close();
}, 60_000);

test('statements on a reserved connection that was lost are rejected, and releasing it is harmless', async () => {
  const { sql, close } = connect(url, { max: 1 });
  const reserved = await sql.reserve();
  await end(reserved);
  await expect(reserved`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  reserved.release();
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  await close();
});

test('a connection reset during its setup fails its statement without an unhandled rejection', async () => {
  const rejections: unknown[] = [];
  const onRejection = (reason: unknown) => rejections.push(reason);
  process.on('unhandledRejection', onRejection);
  const proxy = await startResettingProxy('pg_catalog.pg_type', url, 2);
  const { sql, close } = connect(proxy.url, { max: 1 });
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(sql.begin((within) => within`select 1`)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await sql`select 1 as one, array[2]::int[] as two`).toEqual([{ one: 1, two: [2] }]);
  await close();
  proxy.close();
  expect(rejections).toEqual([]);
  process.off('unhandledRejection', onRejection);
});

/** A proxy to the database that resets a connection when `text` is sent over it, the given number of times. */
async function startResettingProxy(text: string, target: string, times: number) {
  let left = times;
  const { hostname, port } = new URL(target);
  const server = createServer((near) => {
    const far = connectSocket({ host: hostname, port: Number(port) });
    near.on('error', () => far.destroy()).on('close', () => far.destroy());
    far.on('error', () => near.destroy()).on('close', () => near.destroy());
    far.pipe(near);
    near.on('data', (bytes) => {
      if (left === 0 || !bytes.includes(text)) return void far.write(bytes);
      left -= 1;
      near.resetAndDestroy();
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  const through = new URL(target);
  through.hostname = '127.0.0.1';
  through.port = typeof address === 'object' ? String(address?.port) : '';
  return { url: through.href, close: () => server.close() };
}
