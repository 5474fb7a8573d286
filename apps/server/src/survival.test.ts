import { type TestDatabase, testDatabase } from '@restage/db/testing';
import { expect, test, vi } from 'vitest';
import { get, renderingBy, run, start, up, usePrograms } from './testing/programs.ts';

usePrograms();

/** Has the time of the heartbeat pass: the supervisor then misses the worker, as it would by itself. */
const passHeartbeat = (database: TestDatabase) =>
  database.sql`update queue.job set heartbeat_on = heartbeat_on - interval '1 minute' where name = 'render' and state = 'active'`;

test('a job that kills its worker has failed after three attempts, with one refund', async () => {
  const database = await testDatabase();
  const api = await up(run(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await start(api.url, api.key);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const worker = await renderingBy(database, id, attempt);
    worker.child.kill('SIGKILL');
    await worker.exit;
    expect(await get(api.url, api.key, id)).toMatchObject({ status: 'processing' });
    await passHeartbeat(database);
  }
  await up(run(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  const job = await get(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'failed', error: expect.stringMatching(/on every attempt/) });
  const [books] = await database.sql`
    select balance, in_flight, (select count(*)::int from credit_entries where kind = 'refund') as refunds from accounts`;
  expect(books).toEqual({ balance: 1000, in_flight: 0, refunds: 1 });
}, 150_000);

test('a worker that was frozen and wakes leaves the job to the one that took it over', async () => {
  const database = await testDatabase();
  const api = await up(run(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await start(api.url, api.key);
  const frozen = await renderingBy(database, id, 1);
  frozen.child.kill('SIGSTOP');
  await passHeartbeat(database);
  await up(run(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  const job = await get(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'completed' });
  expect(job.output?.render).toContain(`/outputs/${id}/2/`);
  const asleep = frozen.log();
  frozen.child.kill('SIGCONT');
  await vi.waitFor(() => expect(frozen.log().slice(asleep.length)).toContain('"outcome":"superseded"'), {
    timeout: 20_000,
  });
  expect((await get(api.url, api.key, id)).modified_at).toBe(job.modified_at);
  expect((await fetch(job.output?.render ?? '')).status).toBe(200);
  const [books] = await database.sql`
    select balance, in_flight, (select count(*)::int from credit_entries where kind = 'refund') as refunds from accounts`;
  expect(books).toEqual({ balance: 997, in_flight: 0, refunds: 0 });
}, 150_000);
