import { isFailure } from '@restage/errors';
import { afterAll, describe, expect, inject, test } from 'vitest';
import { connectQueue } from '../../src/connect-queue.ts';
import { openDatabase } from '../../src/open/open-database.ts';
import { cloneDatabase } from '../support/clone.ts';
import { type PgBouncer, startPgBouncer } from '../support/pgbouncer.ts';

const clone = await cloneDatabase(inject('restageTemplateUrl'));
const poolers: PgBouncer[] = [];
afterAll(async () => {
  for (const { stop } of poolers) await stop();
  await clone.drop();
});

const allowed = 'ignore_startup_parameters';

async function through(settings: Readonly<Record<string, string | number>>): Promise<string> {
  const pooler = await startPgBouncer(clone.url, settings);
  poolers.push(pooler);
  return pooler.url;
}

describe.each([
  ['that allows no settings', {}],
  ['that ignores options', { [allowed]: 'options' }],
  [
    'that ignores every setting',
    { [allowed]: 'statement_timeout,idle_in_transaction_session_timeout,options' },
  ],
  ['with a single session', { default_pool_size: 1 }],
  ['that assigns sessions round-robin', { server_round_robin: 1 }],
])('a pooler in transaction mode %s', (_, settings) => {
  const transactional = { ...settings, pool_mode: 'transaction' };

  test('is refused with a message of one line without a direct URL', async () => {
    const url = await through(transactional);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await openDatabase(url)).toMatchObject({
        message: `PostgreSQL at 127.0.0.1:${new URL(url).port}, database ${new URL(url).pathname.slice(1)} can't be used: it is behind a pooler in transaction mode, which loses notifications; set DATABASE_DIRECT_URL to the address of PostgreSQL itself as well.`,
      });
    }
  });

  test('serves statements, transactions and the queue, and the direct URL serves notifications', async () => {
    const opened = await openDatabase(await through(transactional), { directUrl: clone.url });
    if (isFailure(opened)) throw new Error(opened.message);
    const queue = connectQueue(opened, { max: 3 });
    const received: string[] = [];
    await opened.direct.listen('news', (payload) => received.push(payload));
    const listener = await queue.db.listen?.(
      'more',
      (payload) => received.push(payload),
      () => received.push('ready'),
    );
    await Promise.all(
      Array.from({ length: 50 }, async (_, index) => {
        expect(await opened.db.execute(`select ${index} as n`)).toEqual([{ n: index }]);
        const { rows } = await queue.db.executeSql('select $1::int + 1 as n, $2::text[] as t', [
          index,
          ['a', 'b'],
        ]);
        expect(rows).toEqual([{ n: index + 1, t: ['a', 'b'] }]);
        await queue.db.executeSql('begin; select pg_advisory_xact_lock(1); commit');
        await opened.db.transaction(async (transaction) => {
          const asked = `select current_setting('statement_timeout') as a, current_setting('idle_in_transaction_session_timeout') as b`;
          expect(await transaction.execute(asked)).toEqual([{ a: '30s', b: '1min' }]);
        });
      }),
    );
    // Settings of a transaction end with it, because the session is shared.
    expect(await opened.db.execute(`select current_setting('statement_timeout') as a`)).toEqual([{ a: '0' }]);
    await opened.db.execute(`select pg_notify('news', 'one'), pg_notify('more', 'two')`);
    await expect.poll(() => received, { timeout: 20_000 }).toEqual(['ready', 'one', 'two']);
    await listener?.close();
    await queue.close();
    await opened.close();
  });
});

test('statements that wait for each other on few connections through a pooler are all answered', async () => {
  const opened = await openDatabase(await through({ pool_mode: 'transaction' }), { directUrl: clone.url });
  if (isFailure(opened)) throw new Error(opened.message);
  const queue = connectQueue(opened, { max: 3 });
  for (let round = 0; round < 3; round += 1) {
    const answers = Array.from({ length: 30 }, (_, index) =>
      index % 2 === 0
        ? queue.db.executeSql(`select ${index} as n from pg_sleep(0.005)`)
        : queue.db.executeSql('select $1::int as n', [index]),
    );
    const rows = (await Promise.all(answers)).map((answer) => answer.rows[0]);
    expect(rows).toEqual(Array.from({ length: 30 }, (_, index) => ({ n: index })));
  }
  await queue.close();
  await opened.close();
});

test('a pooler in session mode needs no direct URL', async () => {
  const opened = await openDatabase(await through({ pool_mode: 'session', default_pool_size: 40 }));
  if (isFailure(opened)) throw new Error(opened.message);
  const received: string[] = [];
  await opened.direct.listen('news', (payload) => received.push(payload));
  await opened.db.execute(`select pg_notify('news', 'one')`);
  await expect.poll(() => received, { timeout: 20_000 }).toEqual(['one']);
  await opened.close();
});

test.each([false, true])(
  'a pooler in statement mode is refused with a message of one line (with a direct URL: %s)',
  async (past) => {
    const url = await through({ pool_mode: 'statement' });
    expect(await openDatabase(url, past ? { directUrl: clone.url } : {})).toMatchObject({
      message: expect.stringMatching(
        /^PostgreSQL at [^\n]* can't be used: the pooler in front of it lets no transaction through \(.*\)\.$/,
      ),
    });
  },
);

test('a direct URL of a pooler or of another database is refused with a message of one line', async () => {
  const url = await through({ pool_mode: 'transaction' });
  expect(await openDatabase(url, { directUrl: url })).toMatchObject({
    message: expect.stringContaining('DATABASE_DIRECT_URL must lead to PostgreSQL itself'),
  });
  const other = await cloneDatabase(inject('restageTemplateUrl'));
  expect(await openDatabase(url, { directUrl: other.url })).toMatchObject({
    message: expect.stringContaining('it is another database than that of DATABASE_URL'),
  });
  await other.drop();
});

test('an empty database is migrated over the direct URL', async () => {
  const template = new URL(inject('restageTemplateUrl'));
  template.pathname = 'template0';
  const empty = await cloneDatabase(template.href);
  const url = await startPgBouncer(empty.url, { pool_mode: 'transaction' });
  const opened = await openDatabase(url.url, { directUrl: empty.url });
  if (isFailure(opened)) throw new Error(opened.message);
  expect(await opened.db.execute('select count(*)::int as n from accounts')).toEqual([{ n: 0 }]);
  await opened.close();
  await url.stop();
  await empty.drop();
});
