import { userInfo } from 'node:os';
import { failWith } from '@restage/errors';
import type { DatabaseFailure } from '../fault.ts';
import { type DatabaseTarget, isSocket, type SslMode, sslModes } from './target.ts';
import { readTlsSettings } from './tls-settings.ts';

/** What a URL or the environment says of a connection, by libpq's names of its parameters. */
type Parameters = Readonly<Partial<Record<(typeof used)[number], string>>>;

/** libpq's parameters that are used. */
const used = [
  'host',
  'port',
  'dbname',
  'user',
  'password',
  'sslmode',
  'sslrootcert',
  'sslcert',
  'sslkey',
  'sslpassword',
  'application_name',
  'options',
  'connect_timeout',
] as const;

/** libpq's parameters of which only some values can be had, none of which changes anything. */
const choices: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  client_encoding: ['auto', 'utf8', 'UTF8'],
  gssencmode: ['disable', 'prefer'],
  sslnegotiation: ['postgres'],
  target_session_attrs: ['any', 'read-write', 'primary'],
};

/** libpq's parameters that tune what is tuned here already. */
const ignored: ReadonlySet<string> = new Set([
  'fallback_application_name',
  'keepalives',
  'keepalives_count',
  'keepalives_idle',
  'keepalives_interval',
  'load_balance_hosts',
  'sslcompression',
  'sslsni',
  'tcp_user_timeout',
]);

/** The environment variables that stand in for what a URL leaves out. */
const variables: Readonly<Partial<Record<(typeof used)[number], string>>> = {
  host: 'PGHOST',
  port: 'PGPORT',
  dbname: 'PGDATABASE',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
};

/** `postgres://user:password@host:port/database?parameters`, every part after the scheme optional. */
const form =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:/]*?)(?::(?<password>[^/]*))?@)?(?<host>\[[^\]/]*\]|[^:/?[\]]*)(?::(?<port>\d*))?(?:\/(?<dbname>[^?/]*))?(?:\?(?<query>.*))?$/s;

/**
 * Reads a PostgreSQL URL as libpq does: percent-encoded parts, IPv6 addresses, Unix sockets, `sslmode` and what goes
 * with it, and the same defaults, but for the host, which is `localhost`.
 * @param setting what the URL was given as, for messages
 * @returns why it can't be used, otherwise, in one line that repeats no password
 */
export function parseDatabaseUrl(
  url: string,
  setting = 'DATABASE_URL',
  env: Readonly<Record<string, string | undefined>> = process.env,
): DatabaseTarget | DatabaseFailure {
  try {
    const given: Parameters = { ...readEnvironment(env), ...splitUrl(url) };
    return toTarget(given, setting);
  } catch (error) {
    if (!(error instanceof UrlError)) throw error;
    return failWith('DATABASE_UNUSABLE', `${setting} can't be used: ${error.message}.`);
  }
}

/** What is wrong with a URL, as the end of a sentence. */
class UrlError extends Error {}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Parameters {
  const found = Object.entries(variables).flatMap(([name, variable]) => {
    const value = env[variable];
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

function splitUrl(url: string): Parameters {
  const parts = form.exec(url)?.groups;
  if (!parts) throw new UrlError('it is not a URL like postgres://user:password@host:5432/database');
  const { query, ...places } = parts;
  const given: Record<string, string> = {};
  for (const [name, text] of Object.entries(places)) {
    if (text) given[name] = decode(name === 'host' ? text.replace(/^\[|\]$/g, '') : text);
  }
  for (const pair of query ? query.split('&') : []) {
    const [, name = '', value] = /^([^=]*)=?(.*)$/s.exec(pair) ?? [];
    addParameter(given, decode(name), decode(value ?? ''));
  }
  return given;
}

function decode(text: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch (error) {
    if (!(error instanceof URIError)) throw error;
  }
  throw new UrlError('its percent-encoding is wrong; a literal % is written %25');
}

function addParameter(given: Record<string, string>, name: string, value: string): void {
  // As libpq takes it, from JDBC's URLs.
  if (name === 'ssl' && value === 'true') given.sslmode = 'require';
  else if ((used as readonly string[]).includes(name)) given[name] = value;
  else if (Object.hasOwn(choices, name)) checkChoice(name, value, choices[name] ?? []);
  else if (!ignored.has(name)) {
    // What is no word may be a piece of a password.
    const what = /^\w{1,40}$/.test(name) ? `the parameter "${name}"` : 'a parameter';
    throw new UrlError(
      `it has ${what}, which is not one of ${used.join(', ')}; settings of PostgreSQL go into options=-c%20name=value`,
    );
  }
}

function checkChoice(name: string, value: string, accepted: readonly string[]): void {
  if (accepted.includes(value)) return;
  throw new UrlError(`${name} must be ${listWords(accepted)}; received ${quote(value)}`);
}

function toTarget(given: Parameters, setting: string): DatabaseTarget {
  const user = given.user || userInfo().username;
  const host = given.host || 'localhost';
  if (!isSocket({ host }) && /[\s,@]/.test(host)) throw new UrlError('it must name one host');
  const sslMode = isSocket({ host }) ? 'disable' : readSslMode(given);
  const tls = readTlsSettings(given, sslMode, host);
  if (typeof tls === 'string') throw new UrlError(tls);
  return {
    setting,
    host,
    port: readNumber(given.port, 'port', 1, 65_535) ?? 5432,
    database: given.dbname || user,
    user,
    password: given.password ?? '',
    sslMode,
    tls,
    applicationName: given.application_name || undefined,
    options: given.options || undefined,
    // libpq takes 0 for ever, which no start should wait.
    connectTimeoutSeconds: readNumber(given.connect_timeout, 'connect_timeout', 0, 3600) || 10,
  };
}

function readSslMode({ sslmode, sslrootcert }: Parameters): SslMode {
  const system = sslrootcert === 'system';
  const mode = sslModes.find((known) => known === (sslmode || (system ? 'verify-full' : 'prefer')));
  if (!mode) {
    throw new UrlError(`sslmode must be ${listWords(sslModes)}; received ${quote(sslmode ?? '')}`);
  }
  if (system && mode !== 'verify-full') {
    throw new UrlError(`sslrootcert=system goes with sslmode=verify-full; received ${mode}`);
  }
  // As libpq has it: whoever names a CA wants it asked.
  return mode === 'require' && sslrootcert ? 'verify-ca' : mode;
}

function readNumber(text: string | undefined, name: string, min: number, max: number): number | undefined {
  if (!text) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  // What stands where a port should may be a piece of a password, so it is not repeated.
  if (value < min || value > max) throw new UrlError(`${name} must be from ${min} to ${max}`);
  return value;
}

const listWords = (words: readonly string[]) =>
  words.length === 1 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const quote = (text: string) => JSON.stringify(text.slice(0, 40));
