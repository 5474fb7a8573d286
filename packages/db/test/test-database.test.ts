import { sql } from 'drizzle-orm';
import { expect, inject, test } from 'vitest';
import { connect } from '../src/connect.ts';
import { accounts } from '../src/schema.ts';
import { cloneDatabase } from './support/clone.ts';
import { testDatabase } from './support/index.ts';

const first = await testDatabase();
const second = await testDatabase();

const account = { id: 'acct_1', email: 'someone@example.com', period: '2026-01-01' };

test('a test database is migrated and empty, the queue included', async () => {
  expect(await first.db.select().from(accounts)).toEqual([]);
  const [queue] = await first.db.execute(sql`select count(*)::int as jobs from queue.job`);
  expect(queue).toEqual({ jobs: 0 });
});

test('rows of one test database are not in another', async () => {
  await first.db.insert(accounts).values(account);
  expect(await first.db.select({ id: accounts.id }).from(accounts)).toEqual([{ id: 'acct_1' }]);
  expect(await second.db.select().from(accounts)).toEqual([]);
});

test('a clone can be dropped while others are still connected to it', async () => {
  const clone = await cloneDatabase(inject('restageTemplateUrl'));
  const connection = connect(clone.url, { max: 1 });
  await connection.sql`select 1`;
  await clone.drop();
  const left =
    await first.sql`select 1 from pg_database where datname = ${new URL(clone.url).pathname.slice(1)}`;
  expect(left).toEqual([]);
  await connection.close();
});
