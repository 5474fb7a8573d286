import { testDatabase } from '@restage/db/testing';
import { expect, test, vi } from 'vitest';
import { get, renderingBy, run, start, up, usePrograms } from './testing/programs.ts';

usePrograms();

test('a worker that is killed is missed by itself, within its heartbeat and fifteen seconds', async () => {
  const database = await testDatabase();
  const api = await up(run(['serve', '--role', 'api'], { DATABASE_URL: database.url }));
  const id = await start(api.url, api.key);
  const killed = await renderingBy(database, id, 1);
  killed.child.kill('SIGKILL');
  const began = performance.now();
  await up(run(['serve', '--role', 'worker'], { DATABASE_URL: database.url }));
  await vi.waitFor(
    async () => {
      const [now] = await database.sql`select attempt from generations where id = ${id}`;
      expect(now).toEqual({ attempt: 2 });
    },
    { timeout: 60_000, interval: 100 },
  );
  expect((performance.now() - began) / 1000).toBeLessThan(15 + 15);
  expect(await get(api.url, api.key, id, 60)).toMatchObject({ status: 'completed' });
}, 150_000);
