import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { isFailure } from '@restage/errors';
import { afterAll, expect, test } from 'vitest';
import { connect } from '../../src/connect.ts';
import { openDatabase } from '../../src/open/open-database.ts';
import { testDatabase } from '../support/index.ts';

const { sql, url } = await testDatabase();
const servers: Server[] = [];
const sockets = new Set<Socket>();

/** Starts a server that is `onConnection`; its URL has a password that no message may contain. */
async function startFakeServer(onConnection: (socket: Socket) => void): Promise<string> {
  const server = createServer((socket) => {
    sockets.add(socket);
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  const address = server.address();
  return `postgres://me:hunter2@127.0.0.1:${typeof address === 'object' ? address?.port : ''}/mine`;
}

afterAll(() => {
  for (const socket of sockets) socket.destroy();
  for (const server of servers) server.close();
});

/** Why a database can't be opened; true when it can. */
const reason = async (database: string, timeout = 5000) => {
  const opened = await openDatabase(database, { timeoutMs: timeout });
  if (isFailure(opened)) return opened.message;
  await opened.close();
  return true;
};
const altered = (change: Partial<URL>) => Object.assign(new URL(url), change).href;

test('a migrated database is opened over one connection with one statement', async () => {
  const opened = await openDatabase(url);
  if (isFailure(opened)) throw new Error(opened.message);
  const connections = await sql`
    select application_name as name, query from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`;
  expect(connections).toEqual([
    { name: 'restage', query: expect.stringMatching(/server_version_num.*__drizzle_migrations/s) },
  ]);
  await opened.close();
});

test('an empty database is migrated, and so is one that is behind', async () => {
  await sql`create database opened_empty`;
  const empty = altered({ pathname: 'opened_empty' });
  expect(await reason(empty)).toBe(true);
  const made = connect(empty, { max: 1 });
  await made.sql`select from accounts, queue.version`;
  // The last migration runs a second time, and fails because it is not repeatable.
  await made.sql`delete from drizzle.__drizzle_migrations where created_at = (select max(created_at) from drizzle.__drizzle_migrations)`;
  await made.close();
  await expect(openDatabase(empty)).rejects.toThrow();
  await sql`drop database opened_empty with (force)`;
});

test('a URL that can’t be parsed is reported as unusable', async () => {
  expect(await reason(altered({ pathname: '' }).replace('postgres://', 'postgres://%:%'))).toContain(
    "can't be used: ",
  );
});

test('a refused connection is reported with host, port and database', async () => {
  const gone = await startFakeServer(() => {});
  servers.at(-1)?.close();
  expect(await reason(gone)).toMatch(
    /^PostgreSQL at 127\.0\.0\.1:\d+, database mine can't be used: the connection was refused\.$/,
  );
});

test('a host that never answers is reported after the timeout', async () => {
  const silent = await startFakeServer(() => {});
  const started = performance.now();
  expect(await reason(silent, 300)).toContain('there was no answer in time');
  expect(performance.now() - started).toBeLessThan(3000);
});

test('a host that is not PostgreSQL is reported', async () => {
  const web = await startFakeServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  expect(await reason(web, 1000)).toContain("can't be used: ");
  const closing = await startFakeServer((socket) => socket.destroy());
  expect(await reason(closing, 1000)).toContain("can't be used: ");
});

test('an unknown host name is reported', async () => {
  expect(await reason('postgres://me:hunter2@no-such-host.invalid/mine')).toMatch(
    /^PostgreSQL at no-such-host\.invalid:5432, database mine can't be used: the host name /,
  );
});

test('a wrong password, user or database is reported without the password', async () => {
  expect(await reason(altered({ password: 'hunter2' }))).toContain('the user name or password is wrong');
  expect(await reason(altered({ username: 'nobody' }))).toContain('the user name or password is wrong');
  expect(await reason(altered({ pathname: 'nowhere' }))).toContain('database nowhere');
  expect(await reason(altered({ pathname: 'nowhere' }))).toContain('there is no such database');
});

test('a database in which the user may not create tables is reported', async () => {
  expect(await reason(altered({ pathname: 'postgres' }))).toContain(
    'this user may not create schemas and tables in it',
  );
});

test('an unknown setting is reported by its name', async () => {
  expect(await reason(altered({ search: '?flavour=vanilla' }))).toContain('flavour');
});

test.each(['', 'localhost', 'mysql://localhost/mine', 'postgres://[', 'http://localhost:5432'])(
  '%j is refused as not a PostgreSQL URL',
  async (text) => {
    expect(await reason(text)).toBe(
      "DATABASE_URL can't be used: it is not a URL like postgres://user:password@host:5432/database.",
    );
  },
);

test('no message contains the password or a line break', async () => {
  const urls = [altered({ password: 'hunter2' }), altered({ password: 'hunter2', port: '1' })];
  urls.push(await startFakeServer((socket) => socket.end('hello\n\nhello')));
  for (const each of urls) {
    const message = String(await reason(each, 500));
    expect(message).not.toContain('hunter2');
    expect(message).not.toContain('\n');
  }
});
