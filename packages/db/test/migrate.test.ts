import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { PgBoss } from 'pg-boss';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { connect } from '../src/connect.ts';
import { migrate } from '../src/migrate.ts';
import { queueSchema } from '../src/queue.ts';
import { testDatabase } from './support/index.ts';

const { sql, url } = await testDatabase();
const folder = await mkdtemp(join(tmpdir(), 'restage-migrations-'));
afterAll(() => rm(folder, { recursive: true, force: true }));

/** Creates an empty database on the server of the test. */
async function emptyDatabase(name: string): Promise<string> {
  await sql`create database ${sql(name)}`;
  return Object.assign(new URL(url), { pathname: name }).href;
}

test('four concurrent processes migrate an empty database once', async () => {
  const empty = await emptyDatabase('migrated_at_once');
  await Promise.all([1, 2, 3, 4].map(() => migrate(empty)));
  const connection = connect(empty);
  const journal = fileURLToPath(new URL('../migrations/meta/_journal.json', import.meta.url));
  const { entries } = JSON.parse(await readFile(journal, 'utf8'));
  expect(await connection.sql`select count(*)::int as n from drizzle.__drizzle_migrations`).toEqual([
    { n: entries.length },
  ]);
  expect(await connection.sql`select count(*)::int as n from accounts`).toEqual([{ n: 0 }]);
  await connection.close();
  await sql`drop database migrated_at_once with (force)`;
});

test('migrating a migrated database changes nothing and leaves no connection open', async () => {
  await migrate(url);
  const listConnections = () => sql`
    select from pg_stat_activity where datname = current_database() and application_name = 'restage-migrate'`;
  // A connection that is closed stays in the view for a moment.
  await expect.poll(listConnections).toEqual([]);
});

test('a process that has migrated exits by itself', async () => {
  const program = `import(${JSON.stringify(new URL('../src/migrate.ts', import.meta.url).href)}).then((m) => m.migrate(${JSON.stringify(url)}))`;
  await promisify(execFile)(process.execPath, ['-e', program], { timeout: 10_000 });
});

test('the queue is installed: a pg-boss without migrations starts and accepts a job', async () => {
  const boss = new PgBoss({ connectionString: url, schema: queueSchema, migrate: false, supervise: false });
  boss.on('error', () => {});
  await boss.start();
  await boss.createQueue('letters');
  const id = await boss.send('letters', { to: 'someone' });
  expect(await boss.fetch('letters')).toMatchObject([{ id, data: { to: 'someone' } }]);
  await boss.stop({ graceful: false });
});

test('a migration that fails throws and leaves the database as it was', async () => {
  const empty = await emptyDatabase('migrated_badly');
  await cp(fileURLToPath(new URL('../migrations', import.meta.url)), folder, { recursive: true });
  const journal = join(folder, 'meta', '_journal.json');
  const parsed = JSON.parse(await readFile(journal, 'utf8'));
  parsed.entries.push({
    idx: 99,
    version: '7',
    when: Date.now() + 1e9,
    tag: '0099_wrong',
    breakpoints: true,
  });
  await writeFile(journal, JSON.stringify(parsed));
  await writeFile(
    join(folder, '0099_wrong.sql'),
    'create table half (id int);\n--> statement-breakpoint\nselect nonsense;',
  );

  await expect(migrate(empty, folder)).rejects.toThrow();
  const connection = connect(empty);
  expect(
    await connection.sql`select to_regclass('accounts') as accounts, to_regclass('half') as half`,
  ).toEqual([{ accounts: null, half: null }]);
  await connection.close();
  await migrate(empty);
  await sql`drop database migrated_badly with (force)`;
});

test('the jobs that ended before usage was summed up are counted, and those that end later', async () => {
  const empty = await emptyDatabase('migrated_with_jobs');
  const before = await mkdtemp(join(tmpdir(), 'restage-migrations-'));
  onTestFinished(() => rm(before, { recursive: true }));
  await cp(fileURLToPath(new URL('../migrations', import.meta.url)), before, { recursive: true });
  const journal = join(before, 'meta', '_journal.json');
  const parsed = JSON.parse(await readFile(journal, 'utf8'));
  const at = parsed.entries.findIndex(({ tag }: { tag: string }) => tag === '0006_usage_hours');
  await writeFile(journal, JSON.stringify({ ...parsed, entries: parsed.entries.slice(0, at) }));
  await migrate(empty, before);
  const connection = connect(empty);
  await connection.sql`insert into accounts (id, email, period) values ('acc_1', 'a@example.com', '2026-01-01')`;
  await connection.sql`
    insert into generations (id, account_id, status, generation_type, alpha_mode, max_resolution, seed, inputs,
      width, height, frames, cost, fingerprint, created_at)
    select 'swx_' || n, 'acc_1', (array['completed', 'failed', 'cancelled', 'processing'])[n % 4 + 1], 'image', 'fill',
      720, 1, '{}', 8, 8, 1, n, '{}', timestamptz '2026-01-01 22:30:00Z' + n * interval '10 minutes'
    from generate_series(1, 8) as n`;

  await migrate(empty);
  const read = () => connection.sql`
    select to_char(hour at time zone 'UTC', 'HH24') as hour, meter, completed, failed, cancelled, credits::int as credits
    from usage_hours order by hour`;
  const meter = 'api_image_720p';
  expect([...(await read())]).toEqual([
    { hour: '22', meter, completed: 0, failed: 1, cancelled: 1, credits: 0 },
    { hour: '23', meter, completed: 2, failed: 1, cancelled: 1, credits: 12 },
  ]);
  await connection.sql`update generations set status = 'completed' where status = 'processing'`;
  await connection.sql`update generations set swept_at = now()`;
  expect((await read()).map(({ completed, credits }) => [completed, credits])).toEqual([
    [0, 0],
    [4, 22],
  ]);
  await connection.close();
  await sql`drop database migrated_with_jobs with (force)`;
});
