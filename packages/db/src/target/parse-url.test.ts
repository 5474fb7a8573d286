import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { makeCertificate } from '@restage/media/testing';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDatabaseUrl } from './parse-url.ts';
import { describeTarget } from './target.ts';

const directory = await mkdtemp(join(tmpdir(), 'restage-url-'));
afterAll(() => rm(directory, { recursive: true, force: true }));

const parse = (url: string, env: Record<string, string> = {}) => {
  const target = parseDatabaseUrl(url, 'DATABASE_URL', env);
  if (isFailure(target)) throw new Error(target.message);
  return target;
};

/** Why a URL is refused. */
const refusal = (url: string) => {
  const target = parseDatabaseUrl(url, 'DATABASE_URL', {});
  return isFailure(target) ? target.message : 'it is not';
};

const me = userInfo().username;

test.each<[string, object]>([
  ['postgres://u:p@h:6543/d', { user: 'u', password: 'p', host: 'h', port: 6543, database: 'd' }],
  ['postgresql://h/d', { user: me, password: '', host: 'h', port: 5432, database: 'd' }],
  ['postgres://', { user: me, host: 'localhost', port: 5432, database: me, sslMode: 'prefer' }],
  ['postgres://u@h', { user: 'u', database: 'u' }],
  ['postgres://u@h:/', { user: 'u', port: 5432, database: 'u' }],
  [
    'postgres://u%40corp:p%25%3A%2F%23%20%C3%A9@h/r%202',
    { user: 'u@corp', password: 'p%:/# é', database: 'r 2' },
  ],
  ['postgres://u:a+b@h/a+b', { password: 'a+b', database: 'a+b' }],
  ['postgres://u:p#s@s?x&y@h/d', { password: 'p#s@s?x&y', host: 'h', database: 'd' }],
  ['postgres://u@corp:p@h/d', { user: 'u@corp', password: 'p', host: 'h' }],
  ['postgres://u:p@[::1]:6543/d', { host: '::1', port: 6543 }],
  ['postgres://[2001:db8::1]/d', { host: '2001:db8::1', port: 5432 }],
  ['postgres://%2Fvar%2Frun%2Fpg/d', { host: '/var/run/pg', sslMode: 'disable' }],
  [
    'postgres:///d?host=/var/run/pg&port=6543&sslmode=verify-full',
    { host: '/var/run/pg', port: 6543, sslMode: 'disable' },
  ],
  [
    'postgres://x/y?host=h&port=1&dbname=d&user=u&password=a%2Bb+c',
    { host: 'h', port: 1, database: 'd', user: 'u', password: 'a+b+c' },
  ],
  [
    'postgres://h/d?application_name=shop&options=-c%20search_path%3Da,b',
    { applicationName: 'shop', options: '-c search_path=a,b' },
  ],
  ['postgres://h/d?connect_timeout=3', { connectTimeoutSeconds: 3 }],
  [
    'postgres://h/d?keepalives=1&gssencmode=prefer&channel_binding=prefer&target_session_attrs=read-write',
    { host: 'h' },
  ],
])('%s is read as libpq reads it', (url, expected) => {
  expect(parse(url)).toMatchObject(expected);
});

test('what a URL leaves out comes from the environment, as for psql', () => {
  const env = {
    PGHOST: 'h',
    PGPORT: '6543',
    PGUSER: 'u',
    PGPASSWORD: 'p',
    PGDATABASE: 'd',
    PGSSLMODE: 'require',
  };
  const expected = { host: 'h', port: 6543, user: 'u', password: 'p', database: 'd', sslMode: 'require' };
  expect(parse('postgres://', env)).toMatchObject(expected);
  expect(parse('postgres://v@g/e?sslmode=disable', env)).toMatchObject({
    ...expected,
    host: 'g',
    user: 'v',
    database: 'e',
    sslMode: 'disable',
  });
});

describe('TLS', () => {
  const modes = ['disable', 'allow', 'prefer', 'require', 'verify-ca', 'verify-full'];

  test.each(modes)('sslmode=%s is kept, and verifies only where it says so', (mode) => {
    const { sslMode, tls } = parse(`postgres://h/d?sslmode=${mode}`);
    expect(sslMode).toBe(mode);
    expect(tls.rejectUnauthorized).toBe(mode.startsWith('verify'));
    expect(tls.checkServerIdentity !== undefined).toBe(mode === 'verify-ca');
  });

  test('ssl=true is sslmode=require', () => {
    expect(parse('postgres://h/d?ssl=true').sslMode).toBe('require');
  });

  test('require with a CA verifies it, and the CAs of the system verify all', async () => {
    const path = join(directory, 'a ca.pem');
    await writeFile(path, makeCertificate(['h']).cert);
    const { sslMode, tls } = parse(`postgres://h/d?sslmode=require&sslrootcert=${encodeURIComponent(path)}`);
    expect([sslMode, tls.rejectUnauthorized, tls.ca]).toEqual([
      'verify-ca',
      true,
      [expect.stringContaining('BEGIN CERTIFICATE')],
    ]);
    expect(parse('postgres://h/d?sslrootcert=system').sslMode).toBe('verify-full');
  });

  test('a client certificate goes along with its key', async () => {
    const { cert, key } = makeCertificate(['u']);
    await writeFile(join(directory, 'client.crt'), cert);
    await writeFile(join(directory, 'client.key'), key);
    const files = `sslcert=${directory}/client.crt&sslkey=${directory}/client.key`;
    expect(parse(`postgres://h/d?${files}`).tls).toMatchObject({ cert, key });
    await writeFile(join(directory, 'client.key'), makeCertificate(['v']).key);
    expect(refusal(`postgres://h/d?${files}`)).toMatch(
      /^DATABASE_URL can't be used: sslcert and sslkey can't be used together \(.+\)\.$/,
    );
  });

  test('a CA that is not there, or is none, is named', async () => {
    await writeFile(join(directory, 'none.pem'), 'hello');
    expect(refusal(`postgres://h/d?sslmode=verify-ca&sslrootcert=${directory}/none.pem`)).toBe(
      `DATABASE_URL can't be used: sslrootcert ${directory}/none.pem holds no certificate in PEM.`,
    );
    expect(refusal('postgres://h/d?sslmode=verify-full&sslrootcert=/no/such.pem')).toBe(
      "DATABASE_URL can't be used: sslrootcert /no/such.pem can't be read (ENOENT).",
    );
  });
});

test.each([
  ['', 'it is not a URL like postgres://user:password@host:5432/database'],
  ['http://h/d', 'it is not a URL like postgres://user:password@host:5432/database'],
  ['postgres://u:p@h:port/d', 'it is not a URL like postgres://user:password@host:5432/database'],
  ['postgres://u:hunter/2@h/d', 'it is not a URL like postgres://user:password@host:5432/database'],
  ['postgres://h/d/e', 'it is not a URL like postgres://user:password@host:5432/database'],
  ['postgres://u:hunter%2@h/d', 'its percent-encoding is wrong; a literal % is written %25'],
  ['postgres://u:%00@h/d', 'its percent-encoding is wrong; a literal % is written %25'],
  ['postgres://h:0/d', 'port must be from 1 to 65535'],
  ['postgres://h/d?port=65536', 'port must be from 1 to 65535'],
  ['postgres://a,b/d', 'it must name one host'],
  ['postgres://h/d?connect_timeout=-1', 'connect_timeout must be from 0 to 3600'],
  [
    'postgres://h/d?sslmode=no-verify',
    'sslmode must be disable, allow, prefer, require, verify-ca or verify-full; received "no-verify"',
  ],
  [
    'postgres://h/d?sslmode=require&sslrootcert=system',
    'sslrootcert=system goes with sslmode=verify-full; received require',
  ],
  ['postgres://h/d?channel_binding=require', 'channel_binding must be disable or prefer; received "require"'],
  [
    'postgres://h/d?target_session_attrs=standby',
    'target_session_attrs must be any, read-write or primary; received "standby"',
  ],
  ['postgres://h/d?client_encoding=LATIN1', 'client_encoding must be auto, utf8 or UTF8; received "LATIN1"'],
])('%s is refused in one line that says why', (url, reason) => {
  expect(refusal(url)).toBe(`DATABASE_URL can't be used: ${reason}.`);
});

test('a parameter that is not known is named, with those that are, unless it may be a piece of a password', () => {
  expect(refusal('postgres://h/d?pgbouncer=true')).toMatch(
    /^DATABASE_URL can't be used: it has the parameter "pgbouncer", which is not one of host, .*sslmode.*\.$/,
  );
  expect(refusal('postgres://h/d?hunter%212=1')).not.toContain('hunter');
});

test('a target is named by its place', () => {
  const named = (url: string) => describeTarget(parse(url));
  expect(named('postgres://u:p@h/d')).toBe('PostgreSQL at h:5432, database d');
  expect(named('postgres://u:p@[::1]/r%202')).toBe('PostgreSQL at [::1]:5432, database r 2');
  expect(named('postgres:///d?host=/tmp')).toBe('PostgreSQL at /tmp/.s.PGSQL.5432, database d');
});
