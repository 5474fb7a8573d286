import { sql } from 'drizzle-orm';
import { expect, test } from 'vitest';
import { connect } from '../src/connect.ts';
import { accounts } from '../src/schema.ts';
import { testDatabase } from './support/index.ts';

const { url } = await testDatabase();

test('drizzle and the postgres.js client use the same database', async () => {
  const connection = connect(url, { name: 'restage-two-ways' });
  await connection.db.insert(accounts).values({ id: 'acct_1', email: 'a@example.com', period: '2026-01-01' });
  expect(await connection.sql`select id from accounts`).toEqual([{ id: 'acct_1' }]);
  const [named] = await connection.db.execute(sql`select current_setting('application_name') as name`);
  expect(named).toEqual({ name: 'restage-two-ways' });
  await connection.close();
});

test('a statement that exceeds statementTimeoutMs is cancelled by PostgreSQL', async () => {
  const connection = connect(url, { statementTimeoutMs: 50 });
  await expect(connection.sql`select pg_sleep(10)`).rejects.toMatchObject({ code: '57014' });
  await connection.close();
});

test('a pool never opens more than max connections', async () => {
  const connection = connect(url, { max: 2, name: 'restage-two' });
  const slow = Array.from({ length: 8 }, () => connection.sql`select pg_sleep(0.02)`);
  const count = connection.sql`select count(*)::int as n from pg_stat_activity where application_name = 'restage-two'`;
  await Promise.all(slow);
  expect(await count).toEqual([{ n: 2 }]);
  await connection.close();
});

test('a statement on a closed connection is rejected', async () => {
  const connection = connect(url);
  await connection.sql`select 1`;
  await connection.close();
  await expect(connection.sql`select 1`).rejects.toMatchObject({ code: 'CONNECTION_ENDED' });
});
