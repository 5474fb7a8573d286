import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { accounts } from '../schema.ts';
import { testDatabase } from './index.ts';

const first = await testDatabase();
const second = await testDatabase();

/** Milliseconds that a test database took, of several the fastest: others may be using this machine. */
let fastest = Number.POSITIVE_INFINITY;
for (let attempt = 0; attempt < 5; attempt++) {
  const started = performance.now();
  await testDatabase();
  fastest = Math.min(fastest, performance.now() - started);
}

const account = { id: 'acct_1', email: 'someone@example.com', period: '2026-01-01' };

test('a test database is migrated and empty, the queue included', async () => {
  expect(await first.db.select().from(accounts)).toEqual([]);
  const [queue] = await first.db.execute(sql`select count(*)::int as jobs from queue.job`);
  expect(queue).toEqual({ jobs: 0 });
});

test('what one test database holds, another does not', async () => {
  await first.db.insert(accounts).values(account);
  expect(await first.db.select({ id: accounts.id }).from(accounts)).toEqual([{ id: 'acct_1' }]);
  expect(await second.db.select().from(accounts)).toEqual([]);
});

test('a test database is made in well under 100 ms', () => {
  expect(fastest).toBeLessThan(100);
});
