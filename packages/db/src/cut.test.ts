import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { connect } from './connect.ts';
import { testDatabase } from './testing/index.ts';

const { db, url } = await testDatabase();

/** The driver as published ends the process here; see the patch beside pnpm-workspace.yaml. */
test('a connection that is cut in a transaction rejects it, whatever it does next, and ends nothing else', async () => {
  for (let round = 0; round < 20; round += 1) {
    const other = connect(url, { max: 1 });
    const cut = other.db.transaction(async (transaction) => {
      const [backend] = await transaction.execute<{ pid: number }>(sql`select pg_backend_pid() as pid`);
      await db.execute(sql`select pg_terminate_backend(${backend?.pid})`);
      if (round % 3 === 1) await sleep(round % 7);
      if (round % 3 > 0) await transaction.execute(sql`select 1`);
    });
    await expect(cut).rejects.toThrow();
    await other.close();
  }
});
