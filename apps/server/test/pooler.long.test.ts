import { startPgBouncer, testDatabase } from '@restage/db/testing';
import { expect, onTestFinished, test } from 'vitest';
import { getJob, runServer, startJob, usePrograms, waitUntilServing } from './support/programs.ts';

usePrograms();

test('a server behind PgBouncer in transaction mode answers every request and sees every change', async () => {
  const database = await testDatabase();
  const pooler = await startPgBouncer(database.url, { pool_mode: 'transaction', default_pool_size: 4 });
  onTestFinished(pooler.stop);
  const env = { DATABASE_URL: pooler.url, DATABASE_DIRECT_URL: database.url, RESTAGE_WRITE_RPM: '10000' };
  const program = runServer(['serve'], env);
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

test('a server behind PgBouncer in transaction mode without DATABASE_DIRECT_URL is refused in one line', async () => {
  const database = await testDatabase();
  const pooler = await startPgBouncer(database.url, { pool_mode: 'transaction' });
  onTestFinished(pooler.stop);
  const program = runServer(['serve'], { DATABASE_URL: pooler.url });
  expect(await program.exit).toBe(1);
  expect(program.log().trim()).toMatch(/^PostgreSQL at [^\n]* set DATABASE_DIRECT_URL [^\n]*\.$/);
});
