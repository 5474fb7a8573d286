import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { freePort, testDatabase } from '@restage/db/testing';
import { listFamily } from '@restage/fixtures/processes';
import { describe, expect, test, vi } from 'vitest';
import { get, run, start, up, usePrograms } from './testing/programs.ts';

usePrograms();

test('an api process takes jobs and a worker process renders them, over one database', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const api = await up(run(['serve', '--role', 'api'], { DATABASE_URL }));
  const id = await start(api.url, api.key);
  expect(await get(api.url, api.key, id, 1)).toMatchObject({ status: 'in_queue' });

  const worker = run(['serve', '--role=worker'], { DATABASE_URL });
  const { url } = await up(worker);
  expect(worker.out()).not.toContain('rsk_');
  expect(await (await fetch(`${url}/healthz`)).json()).toEqual({ status: 'ok' });
  expect(await (await fetch(`${url}/readyz`)).json()).toEqual({
    status: 'ok',
    checks: { database: true, queue: true, blobs: true },
  });
  for (const path of ['/v1/account/info', '/trpc/account.info', '/docs', '/']) {
    expect((await fetch(`${url}${path}`, { headers: { 'x-api-key': api.key } })).status).toBe(404);
  }
  const job = await get(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'completed', progress: 100 });
  expect((await fetch(job.output?.render ?? '')).status).toBe(200);
});

test('SIGTERM ends streams and waiting answers at once, and the process with them', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const program = run(['serve', '--role', 'api'], { DATABASE_URL });
  const { url, key } = await up(program);
  const id = await start(url, key);
  const stream = await fetch(`${url}/v1/switchx/generations/${id}/events`, { headers: { 'x-api-key': key } });
  const text = stream.text();
  const waiting = get(url, key, id, 60);
  await new Promise((resolve) => setTimeout(resolve, 300));
  const asked = performance.now();
  program.child.kill('SIGTERM');
  expect(await text).toContain('"in_queue"');
  expect(await waiting).toMatchObject({ status: 'in_queue' });
  expect(await program.exit).toBe(0);
  expect(performance.now() - asked).toBeLessThan(5000);
});

describe('a server whose database is slow to answer', () => {
  test('lives, is not ready, and answers what it was asked meanwhile', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const first = run(['serve', '--role', 'api'], { DATABASE_URL });
    const { key } = await up(first);
    first.child.kill('SIGTERM');
    await first.exit;

    const { slow, program, url } = await living(DATABASE_URL);
    const ready = await fetch(`${url}/readyz`);
    expect([ready.status, await ready.json()]).toEqual([503, { status: 'unavailable', checks: {} }]);
    const asked = fetch(`${url}/v1/account/info`, { headers: { 'x-api-key': key } });
    await slow.asked;
    expect(program.out()).toBe('');
    slow.let();
    const answer = await asked;
    expect([answer.status, await answer.json()]).toMatchObject([200, { email: 'owner@localhost' }]);
    await up(program);
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    await slow.close();
  });

  test('ends at once where that hangs up, and drops what it was asked', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const { slow, program, url } = await living(DATABASE_URL);
    const dropped = expect(fetch(`${url}/v1/account/info`)).rejects.toThrow('fetch failed');
    await slow.asked;
    await slow.close();
    expect(await program.exit).toBe(1);
    await dropped;
    expect(program.log()).toContain("can't be used");
  });
});

describe('the queue opens after the first answers', () => {
  test('and readiness, like a write, waits for it', async () => {
    const { url: DATABASE_URL, sql } = await testDatabase();
    const api = await up(run(['serve', '--role', 'api'], { DATABASE_URL }));
    const [ready] = await Promise.all([fetch(`${api.url}/readyz`), start(api.url, api.key)]);
    expect(await ready.json()).toEqual({
      status: 'ok',
      checks: { database: true, queue: true, blobs: true },
    });
    expect(await sql`select count(*)::int as jobs from queue.job where name = 'render'`).toEqual([
      { jobs: 1 },
    ]);
  });

  test('and where it can’t be, the process ends', async () => {
    const { url: DATABASE_URL, sql } = await testDatabase();
    await sql`alter table queue.queue rename to moved`;
    const program = run(['serve', '--role', 'api'], { DATABASE_URL });
    expect(await program.exit).toBe(1);
    expect(program.out()).toContain('serves on http://');
    expect(program.log()).toContain('"msg":"the queue could not be opened"');
  });

  test('and a process that is stopped before ends as any other', async () => {
    const { url: DATABASE_URL } = await testDatabase();
    const program = run(['serve', '--role', 'api'], { DATABASE_URL });
    await up(program);
    program.child.kill('SIGTERM');
    expect(await program.exit).toBe(0);
    expect(program.log()).not.toContain('"level":"error"');
  });
});

test('Ctrl-C in the terminal, in the middle of a render, fails no job', async () => {
  const first = run(['serve']);
  const { url, key } = await up(first);
  const id = await start(url, key);
  await vi.waitFor(async () => expect(await get(url, key, id)).toMatchObject({ status: 'processing' }), {
    timeout: 20_000,
    interval: 20,
  });
  // As a terminal does it: to every process of the group.
  process.kill(-(first.child.pid ?? 0), 'SIGINT');
  expect(await first.exit).toBe(0);
  const next = await up(run(['serve']));
  expect(await get(next.url, key, id, 60)).toMatchObject({ status: 'completed', error: null });
});

test('SIGTERM to every process of a service, as systemd sends it, fails no job', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const first = run(['serve'], { DATABASE_URL });
  const { url, key } = await up(first);
  const id = await start(url, key);
  await vi.waitFor(async () => expect((await get(url, key, id)).progress).toBeGreaterThan(0), {
    timeout: 20_000,
    interval: 20,
  });
  for (const pid of listFamily(first.child.pid ?? 0)) process.kill(pid, 'SIGTERM');
  expect(await first.exit).toBe(0);
  const next = await up(run(['serve'], { DATABASE_URL }));
  expect(await get(next.url, key, id, 60)).toMatchObject({ status: 'completed', error: null });
});

describe('refused in one line', () => {
  test.each(['api', 'worker'])('a role %s on a database of its own', async (role) => {
    const program = run(['serve', '--role', role]);
    expect(await program.exit).toBe(1);
    expect(program.log().trim()).toBe(
      `A server in the role "${role}" shares its database with others. Set DATABASE_URL, or serve in the role "all".`,
    );
  });

  test.each([['--role', 'king'], ['--role'], ['--roll', 'api'], ['--role', 'api', 'worker']])(
    '%s %s',
    async (...args) => {
      const program = run(['serve', ...args]);
      expect(await program.exit).toBe(2);
      expect(program.log()).toContain(`There is no command "serve ${args.filter(Boolean).join(' ')}".`);
    },
  );
});

/** A server that lives, and waits for its database. */
async function living(databaseUrl: string) {
  const slow = await slowly(databaseUrl);
  const PORT = String(await freePort());
  const program = run(['serve', '--role', 'api'], { DATABASE_URL: slow.url, PORT });
  const url = `http://127.0.0.1:${PORT}`;
  await vi.waitFor(async () => expect((await fetch(`${url}/healthz`)).status).toBe(200), { timeout: 20_000 });
  return { slow, program, url };
}

/** A way to a database on which nothing is heard until it is `let`. */
async function slowly(databaseUrl: string) {
  const url = new URL(databaseUrl);
  const far = { host: url.hostname, port: Number(url.port) };
  const waiting = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const sockets: Socket[] = [];
  const server = createServer((near) => {
    sockets.push(near.on('error', () => near.destroy()));
    asked.resolve();
    waiting.promise.then(() => {
      const there = connect(far).on('error', () => near.destroy());
      near.on('close', () => there.destroy());
      sockets.push(there);
      near.pipe(there).pipe(near);
    });
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    /** Resolves when somebody has come. */
    asked: asked.promise,
    let: () => waiting.resolve(),
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
