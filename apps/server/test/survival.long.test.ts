import { testDatabase } from '@restage/db/testing';
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
