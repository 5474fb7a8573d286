import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { join } from 'node:path';
import { freePort, testDatabase } from '@restage/db/testing';
import { describe, expect, test, vi } from 'vitest';
import { getJob, runServer, startJob, usePrograms, waitUntilServing } from './support/programs.ts';

const folder = usePrograms();

test('an api process takes jobs and a worker process renders them, over one database', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const api = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL }));
  const id = await startJob(api.url, api.key);
  expect(await getJob(api.url, api.key, id, 1)).toMatchObject({ status: 'in_queue' });

  const worker = runServer(['serve', '--role=worker'], { DATABASE_URL });
  const { url } = await waitUntilServing(worker);
  expect(worker.out()).not.toContain('rsk_');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
    status: 'ok',
    checks: { database: true, queue: true, blobs: true },
  });
  for (const path of ['/v1/account/info', '/trpc/account.info', '/docs', '/']) {
    expect((await fetch(`${url}${path}`, { headers: { 'x-api-key': api.key } })).status).toBe(404);
  }
  const job = await getJob(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'completed', progress: 100 });
  expect((await fetch(job.output?.render ?? '')).status).toBe(200);
});

test('SIGTERM ends event streams and waiting requests at once, and then the process', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const program = runServer(['serve', '--role', 'api'], { DATABASE_URL });
  const { url, key } = await waitUntilServing(program);
  const id = await startJob(url, key);
  const stream = await fetch(`${url}/v1/switchx/generations/${id}/events`, { headers: { 'x-api-key': key } });
  const text = stream.text();
  const waiting = getJob(url, key, id, 60);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const asked = performance.now();
  program.child.kill('SIGTERM');
  expect(await text).toContain('"in_queue"');
  expect(await waiting).toMatchObject({ status: 'in_queue' });
  expect(await program.exit).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5000);
});

describe('a server that waits for its database', () => {
  test('does not listen until the database responds', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const { proxy, program, url } = await startBehindProxy(DATABASE_URL);
    await expect(fetch(`${url}/healthz`)).rejects.toThrow('fetch failed');
    proxy.open();
    await waitUntilServing(program);
    for (const path of ['/healthz', '/readyz']) expect((await fetch(url + path)).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    await proxy.close();
  });

  test('exits with code 1 when the database hangs up', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const { proxy, program } = await startBehindProxy(DATABASE_URL);
    await proxy.close();
    expect(await program.exit).toBe(1);
    expect(program.log()).toContain("can't be used");
  });

  test('ends at once on SIGTERM', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const { proxy, program } = await startBehindProxy(DATABASE_URL);
    program.child.kill('SIGTERM');
    await program.exit;
    expect(program.child.signalCode).toBe('SIGTERM');
    await proxy.close();
  });
});

test('SIGTERM while the embedded PostgreSQL starts ends both, and the next start serves', async () => {
  const pidFile = join(folder(), 'data/postgres/cluster/data/postmaster.pid');
  const first = runServer(['serve']);
  await vi.waitFor(() => expect(existsSync(pidFile)).toBe(true), { timeout: 30_000, interval: 5 });
  expect(first.out()).toBe('');
  first.child.kill('SIGTERM');
  await first.exit;
  await expect.poll(() => existsSync(pidFile), { timeout: 30_000, interval: 50 }).toBe(false);
  expect((await waitUntilServing(runServer(['serve']))).key).toMatch(/^rsk_/);
});

test('a server whose queue can’t be started exits with code 1 before it listens', async () => {
  const { url: DATABASE_URL, sql } = await testDatabase();
  await sql`alter table queue.queue rename to moved`;
  const program = runServer(['serve', '--role', 'api'], { DATABASE_URL });
  expect(await program.exit).toBe(1);
  expect(program.out()).toBe('');
  expect(program.log()).toContain('relation "queue.queue" does not exist');
});

test('Ctrl-C in the terminal during a render fails no job', async () => {
  const first = runServer(['serve']);
  const { url, key } = await waitUntilServing(first);
  const id = await startJob(url, key);
  await vi.waitFor(async () => expect(await getJob(url, key, id)).toMatchObject({ status: 'processing' }), {
    timeout: 20_000,
    interval: 20,
  });
  // As a terminal does it: to every process of the group.
  process.kill(-(first.child.pid ?? 0), 'SIGINT');
  expect(await first.exit).toBe(0);
  const next = await waitUntilServing(runServer(['serve']));
  expect(await getJob(next.url, key, id, 60)).toMatchObject({ status: 'completed', error: null });
});

describe('the server refuses to start, with one line', () => {
  test.each(['api', 'worker'])('in the role %s without DATABASE_URL', async (role) => {
    const program = runServer(['serve', '--role', role]);
    expect(await program.exit).toBe(1);
    expect(program.log().trim()).toBe(
      `A server in the role "${role}" shares its database with others. Set DATABASE_URL, or serve in the role "all".`,
    );
  });
});

/** Starts a server whose database does not respond until the proxy in front of it is opened. */
async function startBehindProxy(databaseUrl: string) {
  const proxy = await startProxy(databaseUrl);
  const PORT = String(await freePort());
  const program = runServer(['serve', '--role', 'api'], { DATABASE_URL: proxy.url, PORT });
  await proxy.connected;
  return { proxy, program, url: `http://127.0.0.1:${PORT}` };
}

/** A TCP proxy in front of a database, which passes nothing on until it is opened. */
async function startProxy(databaseUrl: string) {
  const url = new URL(databaseUrl);
  const upstream = { host: url.hostname, port: Number(url.port) };
  const opened = Promise.withResolvers<void>();
  const connected = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const server = createServer((client) => {
    sockets.push(client.on('error', () => client.destroy()));
    connected.resolve();
    opened.promise.then(() => {
      const database = connect(upstream).on('error', () => client.destroy());
      client.on('close', () => database.destroy());
      sockets.push(database);
      client.pipe(database).pipe(client);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    /** Resolves at the first connection. */
    connected: connected.promise,
    open: () => opened.resolve(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
