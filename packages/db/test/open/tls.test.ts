import { chown, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { connect as connectSocket, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { makeCertificate } from '@restage/media/testing';
import postgres from 'postgres';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { connectQueue } from '../../src/connect-queue.ts';
import { dataDirectory, readPassword, superuser } from '../../src/embedded/cluster.ts';
import { startEmbedded } from '../../src/embedded/index.ts';
import { openDatabase } from '../../src/open/open-database.ts';

const directory = await mkdtemp(join(tmpdir(), 'restage-tls-'));
const data = dataDirectory(directory);
const embedded = await startEmbedded({ directory, durable: false, log: () => {} });
if (isFailure(embedded)) throw new Error(embedded.message);
const place = new URL(embedded.url);
const password = await readPassword({ data });
const admin = postgres({
  host: place.hostname,
  port: Number(place.port),
  user: superuser,
  password,
  database: 'postgres',
  max: 1,
  onnotice: () => {},
});
const trusted = join(directory, 'server.crt');
const other = join(directory, 'other.crt');

/** Writes a file in PostgreSQL's data directory, and reloads the configuration. */
async function configure(name: string, text: string): Promise<void> {
  const { uid, gid } = await stat(data);
  await writeFile(join(data, name), text, { mode: 0o600 });
  await chown(join(data, name), uid, gid);
  await admin`select pg_reload_conf()`;
}

async function setTls(ssl: 'on' | 'off'): Promise<void> {
  await admin.unsafe(`alter system set ssl = ${ssl}`);
  await admin`select pg_reload_conf()`;
  await vi.waitFor(async () => expect(await admin`show ssl`).toEqual([{ ssl }]), { timeout: 20_000 });
}

const everybody = (type: string) => `${type} all all 127.0.0.1/32 scram-sha-256\n`;

beforeAll(async () => {
  const { cert, key } = makeCertificate(['localhost']);
  await writeFile(trusted, cert);
  await writeFile(other, makeCertificate(['localhost']).cert);
  await configure('server.crt', cert);
  await configure('server.key', key);
  await setTls('on');
});
afterAll(async () => {
  await admin.end();
  await embedded.stop();
  await rm(directory, { recursive: true, force: true });
});

/** The embedded database's URL with other parameters, in which TRUSTED and OTHER stand for the files of CAs. */
const at = (search: string, host = 'localhost') => {
  const url = new URL(embedded.url);
  url.host = `${host}:${place.port}`;
  url.search = search.replace('TRUSTED', trusted).replace('OTHER', other);
  return url.href;
};

/** Whether both clients of the database speak TLS to it; why it can't be opened, otherwise. */
async function open(url: string): Promise<unknown> {
  const opened = await openDatabase(url);
  if (isFailure(opened)) return opened.message;
  const queue = connectQueue(opened, { max: 1 });
  const asked = 'select ssl from pg_stat_ssl where pid = pg_backend_pid()';
  try {
    const { rows } = await queue.db.executeSql(asked);
    return [(await opened.sql.unsafe(asked))[0]?.ssl, rows[0].ssl];
  } finally {
    await queue.close();
    await opened.close();
  }
}

const plain = [false, false];
const encrypted = [true, true];
describe('a server with TLS', () => {
  test.each<[string, unknown]>([
    ['', encrypted],
    ['?sslmode=disable', plain],
    ['?sslmode=allow', plain],
    ['?sslmode=prefer', encrypted],
    ['?sslmode=require', encrypted],
    ['?sslmode=require&sslrootcert=TRUSTED', encrypted],
    ['?sslmode=verify-ca&sslrootcert=TRUSTED', encrypted],
    ['?sslmode=verify-full&sslrootcert=TRUSTED', encrypted],
  ])('%s connects both clients', async (search, ways) => {
    expect(await open(at(search))).toEqual(ways);
  });

  test.each([
    '?sslmode=verify-ca',
    '?sslmode=verify-full',
    '?sslmode=require&sslrootcert=OTHER',
    '?sslmode=verify-ca&sslrootcert=OTHER',
  ])('%s refuses a certificate that its CA did not sign', async (search) => {
    const message = await open(at(search));
    expect(message).toMatch(
      /^PostgreSQL at localhost:\d+, database restage can't be used: .*certificate.*\.$/,
    );
    expect(message).toContain('sslrootcert');
  });

  test('verify-full refuses a certificate for another name, which verify-ca accepts', async () => {
    expect(await open(at('?sslmode=verify-full&sslrootcert=TRUSTED', '127.0.0.1'))).toMatch(
      /^PostgreSQL at 127\.0\.0\.1:\d+, database restage can't be used: .*127\.0\.0\.1.*\.$/,
    );
    expect(await open(at('?sslmode=verify-ca&sslrootcert=TRUSTED', '127.0.0.1'))).toEqual(encrypted);
  });

  test('a server that accepts connections only with or only without TLS connects as the mode allows', async () => {
    try {
      await configure('pg_hba.conf', everybody('hostnossl'));
      await expect.poll(() => open(at('?sslmode=prefer'))).toEqual(plain);
      expect(await open(at('?sslmode=require'))).toContain(
        'the server does not let this user in (no pg_hba.conf entry',
      );
      await configure('pg_hba.conf', everybody('hostssl'));
      await expect.poll(() => open(at('?sslmode=allow'))).toEqual(encrypted);
      expect(await open(at('?sslmode=disable'))).toContain(
        'the server does not let this user in (no pg_hba.conf entry',
      );
    } finally {
      await configure('pg_hba.conf', everybody('host'));
    }
  });

  test('a Unix socket connects without TLS in every mode', async () => {
    const sockets = join(directory, 'a socket');
    const server = createServer((near) => {
      const far = connectSocket(Number(place.port), place.hostname);
      near.pipe(far).pipe(near);
      near.on('error', () => far.destroy());
      far.on('error', () => near.destroy());
    });
    await mkdir(sockets);
    await new Promise<void>((resolve) => server.listen(join(sockets, '.s.PGSQL.5432'), resolve));
    const host = encodeURIComponent(sockets);
    expect(await open(`postgres://restage:${password}@/restage?host=${host}&sslmode=verify-full`)).toEqual(
      plain,
    );
    expect(await open(`postgres://restage:${password}@${host}/restage`)).toEqual(plain);
    await new Promise((resolve) => server.close(resolve));
    expect(await open(`postgres://restage:${password}@${host}/restage`)).toBe(
      `PostgreSQL at ${sockets}/.s.PGSQL.5432, database restage can't be used: there is no such socket.`,
    );
  });
});

describe('a server without TLS', () => {
  beforeAll(async () => {
    await setTls('off');
  });

  test.each(['', '?sslmode=disable', '?sslmode=allow', '?sslmode=prefer'])('%s connects', async (search) => {
    expect(await open(at(search))).toEqual(plain);
  });

  test.each(['require', 'verify-ca', 'verify-full'])(
    'sslmode=%s fails with a message of one line',
    async (mode) => {
      expect(await open(at(`?sslmode=${mode}`))).toBe(
        `PostgreSQL at localhost:${place.port}, database restage can't be used: the server has no TLS; sslmode=prefer or disable does without it.`,
      );
    },
  );
});

describe('the parts of a URL', () => {
  test('a role, a password and a database with special characters connect both clients', async () => {
    await admin.unsafe(`create role "a b@c:é" login password 'p@s:s/w?#%&= +é'`);
    await admin.unsafe('create database "r 2/é" owner "a b@c:é"');
    const url = `postgres://${encodeURIComponent('a b@c:é')}:${encodeURIComponent('p@s:s/w?#%&= +é')}@localhost:${place.port}/${encodeURIComponent('r 2/é')}`;
    expect(await open(url)).toEqual(plain);
  });

  test('application_name and options apply to both clients', async () => {
    const opened = await openDatabase(at('?application_name=shop&options=-c%20statement_timeout%3D7s'));
    if (isFailure(opened)) throw new Error(opened.message);
    const queue = connectQueue(opened, { max: 1 });
    const asked = `select current_setting('application_name') as name, current_setting('statement_timeout') as timeout`;
    expect([...(await opened.sql.unsafe(asked)), ...(await queue.db.executeSql(asked)).rows]).toEqual([
      { name: 'shop', timeout: '7s' },
      { name: 'shop-queue', timeout: '7s' },
    ]);
    await queue.close();
    await opened.close();
  });
});

describe('a database', () => {
  test.each(['LATIN1', 'SQL_ASCII'])(
    'with the encoding %s fails with a message of one line',
    async (encoding) => {
      await admin.unsafe(
        `create database d_${encoding} owner restage encoding '${encoding}' template template0 locale_provider libc lc_collate 'C' lc_ctype 'C'`,
      );
      const url = Object.assign(new URL(embedded.url), { pathname: `d_${encoding.toLowerCase()}` }).href;
      expect(await open(url)).toBe(
        `PostgreSQL at 127.0.0.1:${place.port}, database d_${encoding.toLowerCase()} can't be used: its encoding is ${encoding}, and Restage needs UTF8 (create database … encoding 'UTF8' template template0).`,
      );
    },
  );

  test('that is read-only fails with a message of one line', async () => {
    await admin`create database idle owner restage`;
    await admin`alter database idle set default_transaction_read_only = on`;
    const url = Object.assign(new URL(embedded.url), { pathname: 'idle' }).href;
    expect(await open(url)).toContain('it takes no writes: it is a standby, or set to be read-only.');
  });
});
