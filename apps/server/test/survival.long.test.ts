import { testDatabase } from '@restage/db/testing';
import { listFamily } from '@restage/fixtures/processes';
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

test('after a worker is killed, another takes over its job within the heartbeat and fifteen seconds', async () => {
  const database = await testDatabase();
  const api = await waitUntilServing(runServer(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await startJob(api.url, api.key);
  const killed = await startRenderingWorker(database, id, 1);
  killed.child.kill('SIGKILL');
  const began = performance.now();
  await waitUntilServing(runServer(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  await vi.waitFor(
    async () => {
      const [now] = await database.sql`select attempt from generations where id = ${id}`;
      expect(now).toEqual({ attempt: 2 });
    },
    { timeout: 60_000, interval: 100 },
  );
  expect((performance.now() - began) / 1000).toBeLessThan(15 + 15);
  expect(await getJob(api.url, api.key, id, 60)).toMatchObject({ status: 'completed' });
}, 150_000);

test('SIGTERM to every process of a service, as systemd sends it, fails no job', async () => {
  const { url: DATABASE_URL } = await testDatabase();
  const first = runServer(['serve'], { DATABASE_URL });
  const { url, key } = await waitUntilServing(first);
  const id = await startJob(url, key);
  await vi.waitFor(async () => expect((await getJob(url, key, id)).progress).toBeGreaterThan(0), {
    timeout: 20_000,
    interval: 20,
  });
  for (const pid of listFamily(first.child.pid ?? 0)) process.kill(pid, 'SIGTERM');
  expect(await first.exit).toBe(0);
  const next = await waitUntilServing(runServer(['serve'], { DATABASE_URL }));
  expect(await getJob(next.url, key, id, 60)).toMatchObject({ status: 'completed', error: null });
});
