import { once } from 'node:events';
import { createServer, connect as dial } from 'node:net';
import { expect, test } from 'vitest';
import { connect } from './connect.ts';
import { testDatabase } from './testing/index.ts';

// What the patched postgres.js promises of connections that are lost: see patches/ in the project's folder.
const { sql: outside, url } = await testDatabase();
await outside`create table marks (mark text)`;

/** Has PostgreSQL end the connection of a transaction, from within. */
const end = (within: { unsafe: (query: string) => Promise<unknown> }) =>
  within.unsafe('select pg_terminate_backend(pg_backend_pid())').catch(() => {});

test('a transaction that has lost its connection does not go on in another', async () => {
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

test('what a transaction had queued when its connection was lost is refused, not kept', async () => {
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

test('connections that are lost again and again are opened again, and the process lives', async () => {
  const { sql, close } = connect(url, { max: 2 });
  for (let time = 0; time < 20; time += 1) {
    await expect(
      Promise.all([1, 2, 3].map(() => sql.begin(async (within) => void (await end(within))))),
    ).rejects.toThrow();
  }
  expect(await Promise.all([1, 2, 3, 4].map(() => sql`select 1 as one`))).toHaveLength(4);
  await close();
}, 60_000);

test('a reservation that has lost its connection is refused, and its release harms nobody', async () => {
  const { sql, close } = connect(url, { max: 1 });
  const reserved = await sql.reserve();
  await end(reserved);
  await expect(reserved`select 1`).rejects.toMatchObject({ code: 'CONNECTION_CLOSED' });
  reserved.release();
  expect(await sql`select 1 as one`).toEqual([{ one: 1 }]);
  await close();
});

test('a connection that is reset while it is being set up fails its statement, and ends no process', async () => {
  const stray: unknown[] = [];
  const hear = (reason: unknown) => stray.push(reason);
  process.on('unhandledRejection', hear);
  const line = await lineThatBreaksAt('pg_catalog.pg_type', url, 2);
  const { sql, close } = connect(line.url, { max: 1 });
  await expect(sql`select 1`).rejects.toMatchObject({ code: 'ECONNRESET' });
  await expect(sql.begin((within) => within`select 1`)).rejects.toMatchObject({ code: 'ECONNRESET' });
  expect(await sql`select 1 as one, array[2]::int[] as two`).toEqual([{ one: 1, two: [2] }]);
  await close();
  line.close();
  expect(stray).toEqual([]);
  process.off('unhandledRejection', hear);
});

/** A line to the database that resets a connection when `text` is to be sent over it, so many times. */
async function lineThatBreaksAt(text: string, target: string, times: number) {
  let left = times;
  const { hostname, port } = new URL(target);
  const server = createServer((near) => {
    const far = dial({ host: hostname, port: Number(port) });
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
