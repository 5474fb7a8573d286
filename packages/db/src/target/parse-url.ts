import { userInfo } from 'node:os';
import { failWith } from '@restage/errors';
import type { DatabaseFailure } from '../failure.ts';
import { type DatabaseTarget, isSocket, type SslMode, sslModes } from './target.ts';
import { readTlsSettings } from './tls-settings.ts';

/** The parameters of a connection from a URL or the environment, by libpq's names. */
type Parameters = Readonly<Partial<Record<(typeof usedParameters)[number], string>>>;

/** The parameters of libpq that we use. */
const usedParameters = [
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

/** Parameters of libpq that accept only these values, none of which changes anything. */
const fixedParameters: Readonly<Record<string, readonly string[]>> = {
  channel_binding: ['disable', 'prefer'],
  client_encoding: ['auto', 'utf8', 'UTF8'],
  gssencmode: ['disable', 'prefer'],
  sslnegotiation: ['postgres'],
  target_session_attrs: ['any', 'read-write', 'primary'],
};

/** Parameters of libpq that are accepted and have no effect here. */
const ignoredParameters: ReadonlySet<string> = new Set([
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

/** The environment variables that supply what a URL omits. */
const environmentVariables: Readonly<Partial<Record<(typeof usedParameters)[number], string>>> = {
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

/** `postgres://user:password@host:port/database?parameters`; every part after the scheme is optional. */
const urlPattern =
  /^postgres(?:ql)?:\/\/(?:(?<user>[^:/]*?)(?::(?<password>[^/]*))?@)?(?<host>\[[^\]/]*\]|[^:/?[\]]*)(?::(?<port>\d*))?(?:\/(?<dbname>[^?/]*))?(?:\?(?<query>.*))?$/s;

/**
 * Parses a PostgreSQL URL as libpq does: percent-encoding, IPv6 addresses, Unix sockets, `sslmode` and its parameters,
 * and the same defaults, except that the host defaults to `localhost`.
 * @param setting the name of the setting that the URL comes from, for messages
 * @returns why the URL can't be used, otherwise, in one line without the password
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

/** A problem with a URL. The message is the end of a sentence. */
class UrlError extends Error {}

function readEnvironment(env: Readonly<Record<string, string | undefined>>): Parameters {
  const found = Object.entries(environmentVariables).flatMap(([name, variable]) => {
    const value = env[variable];
    return value ? [[name, value] as const] : [];
  });
  return Object.fromEntries(found);
}

function splitUrl(url: string): Parameters {
  const parts = urlPattern.exec(url)?.groups;
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
  // libpq accepts this parameter of JDBC URLs.
  if (name === 'ssl' && value === 'true') given.sslmode = 'require';
  else if ((usedParameters as readonly string[]).includes(name)) given[name] = value;
  else if (Object.hasOwn(fixedParameters, name)) checkChoice(name, value, fixedParameters[name] ?? []);
  else if (!ignoredParameters.has(name)) {
    // A name that is not a word may be part of a password.
    const what = /^\w{1,40}$/.test(name) ? `the parameter "${name}"` : 'a parameter';
    throw new UrlError(
      `it has ${what}, which is not one of ${usedParameters.join(', ')}; settings of PostgreSQL go into options=-c%20name=value`,
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
    // In libpq, 0 is no timeout; a server's start must not wait for ever.
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
  // As in libpq: naming a CA asks for verification.
  return mode === 'require' && sslrootcert ? 'verify-ca' : mode;
}

function readNumber(text: string | undefined, name: string, min: number, max: number): number | undefined {
  if (!text) return undefined;
  const value = /^\d{1,9}$/.test(text) ? Number(text) : -1;
  // The value is not repeated: in place of a port it may be part of a password.
  if (value < min || value > max) throw new UrlError(`${name} must be from ${min} to ${max}`);
  return value;
}

const listWords = (words: readonly string[]) =>
  words.length === 1 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

const quote = (text: string) => JSON.stringify(text.slice(0, 40));
