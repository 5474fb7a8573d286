import { testDatabase } from '@restage/db/testing';
import { describe, expect, test, vi } from 'vitest';
import { familyOf, get, run, start, up, usePrograms } from './testing/programs.ts';

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
  for (const pid of familyOf(first.child.pid ?? 0)) process.kill(pid, 'SIGTERM');
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
