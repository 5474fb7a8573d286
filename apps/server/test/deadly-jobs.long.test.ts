import { type TestDatabase, testDatabase } from '@restage/db/testing';
import { expect, test, vi } from 'vitest';
import {
  getJob,
  runServer,
  startJob,
  startRenderingWorker,
  usePrograms,
  waitUntilServing,
} from './support/programs.ts';

usePrograms();

/** Makes the last heartbeat a minute old, so that the supervisor declares the worker dead. */
const expireHeartbeat = (database: TestDatabase) =>
  database.sql`update queue.job set heartbeat_on = heartbeat_on - interval '1 minute' where name = 'render' and state = 'active'`;

test('a job that kills its worker fails after three attempts, with one refund', async () => {
  const database = await testDatabase();
  const api = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await startJob(api.url, api.key);
  for (let attempt = 1; attempt <= 3; attempt += 1) {
    const worker = await startRenderingWorker(database, id, attempt);
    worker.child.kill('SIGKILL');
    await worker.exit;
    expect(await getJob(api.url, api.key, id)).toMatchObject({ status: 'processing' });
    await expireHeartbeat(database);
  }
  await waitUntilServing(runServer(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  const job = await getJob(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'failed', error: expect.stringMatching(/on every attempt/) });
  const [books] = await database.sql`
    select balance, in_flight, (select count(*)::int from credit_entries where kind = 'refund') as refunds from accounts`;
  expect(books).toEqual({ balance: 1000, in_flight: 0, refunds: 1 });
}, 150_000);

test('a frozen worker that resumes leaves the job to the worker that took it over', async () => {
  const database = await testDatabase();
  const api = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await startJob(api.url, api.key);
  const frozen = await startRenderingWorker(database, id, 1);
  frozen.child.kill('SIGSTOP');
  await expireHeartbeat(database);
  await waitUntilServing(runServer(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  const job = await getJob(api.url, api.key, id, 60);
  expect(job).toMatchObject({ status: 'completed' });
  expect(job.output?.render).toContain(`/outputs/${id}/2/`);
  const asleep = frozen.log();
  frozen.child.kill('SIGCONT');
  await vi.waitFor(() => expect(frozen.log().slice(asleep.length)).toContain('"outcome":"superseded"'), {
    timeout: 20_000,
  });
  expect((await getJob(api.url, api.key, id)).modified_at).toBe(job.modified_at);
  expect((await fetch(job.output?.render ?? '')).status).toBe(200);
  const [books] = await database.sql`
    select balance, in_flight, (select count(*)::int from credit_entries where kind = 'refund') as refunds from accounts`;
  expect(books).toEqual({ balance: 997, in_flight: 0, refunds: 0 });
}, 150_000);
