import { startPgBouncer, testDatabase } from '@restage/db/testing';
import { expect, onTestFinished, test, vi } from 'vitest';
import { getJob, runServer, startJob, usePrograms, waitUntilServing } from './support/programs.ts';

usePrograms();

/** A database behind PgBouncer in transaction mode, as the settings of a program. */
async function openPooledDatabase(settings: Readonly<Record<string, number>> = {}) {
  const database = await testDatabase();
  const pooler = await startPgBouncer(database.url, {
    pool_mode: 'transaction',
    server_login_retry: 1,
    ...settings,
  });
  onTestFinished(pooler.stop);
  return { pooler, env: { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url } };
}

test('a server behind PgBouncer in transaction mode answers every request and sees every change', async () => {
  const { env } = await openPooledDatabase({ default_pool_size: 4 });
  const program = runServer(['serve'], { ...env, RESTAGE_WRITE_RPM: '10000' });
  const { url, key } = await waitUntilServing(program);
  const ids = await Promise.all(Array.from({ length: 8 }, () => startJob(url, key)));
  const stream = await fetch(`${url}/v1/switchx/generations/${ids.at(-1)}/events`, {
    headers: { 'x-api-key': key },
  });
  expect(await stream.text()).toContain('"completed"');
  for (const id of ids) expect(await getJob(url, key, id, 60)).toMatchObject({ status: 'completed' });
  program.child.kill('SIGTERM');
  expect(await program.exit).toBe(0);
  expect(program.log()).not.toMatch(/"level":"(error|fatal)"/);
}, 300_000);

test('an api and a worker behind PgBouncer render jobs before and after it was restarted', async () => {
  const { pooler, env } = await openPooledDatabase();
  const api = await waitUntilServing(runServer(['serve', '--role', 'api'], env));
  await waitUntilServing(runServer(['serve', '--role', 'worker'], env));
  const before = await startJob(api.url, api.key);
  expect(await getJob(api.url, api.key, before, 60)).toMatchObject({ status: 'completed' });
  await pooler.restart();
  // A request whose connection was lost may be answered with an error that allows for a retry.
  const after = await vi.waitFor(() => startJob(api.url, api.key), { timeout: 20_000, interval: 100 });
  await vi.waitFor(
    async () => expect(await getJob(api.url, api.key, after, 10)).toMatchObject({ status: 'completed' }),
    { timeout: 60_000, interval: 100 },
  );
}, 300_000);

test('the commands of operators work behind PgBouncer in transaction mode', async () => {
  const { env } = await openPooledDatabase();
  const command = async (...args: string[]) => {
    const program = runServer([...args, '--json'], env);
    expect([await program.exit, program.log()]).toEqual([0, '']);
    return JSON.parse(program.out());
  };
  const { id } = await command('accounts', 'create', 'pooled@example.com');
  const { key } = await command('keys', 'create', id);
  expect(key).toMatch(/^rsk_/);
  await command('credits', 'grant', id, '50');
  expect(await command('accounts', 'show', id)).toMatchObject({ balance: 50 });
  await command('webhooks', 'secret', id);
  for (const list of ['accounts', 'jobs', 'keys', 'webhooks']) await command(list, 'list');
  expect(await command('reconcile')).toEqual({ findings: [] });
}, 120_000);

test('a server behind PgBouncer in transaction mode without DATABASE_DIRECT_URL is refused in one line', async () => {
  const database = await testDatabase();
  const pooler = await startPgBouncer(database.url, { pool_mode: 'transaction' });
  onTestFinished(pooler.stop);
  const program = runServer(['serve'], { DATABASE_URL: pooler.url });
  expect(await program.exit).toBe(1);
  expect(program.log().trim()).toMatch(/^PostgreSQL at [^\n]* set DATABASE_DIRECT_URL [^\n]*\.$/);
});
