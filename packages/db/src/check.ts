import { setTimeout as sleep } from 'node:timers/promises';
import type postgres from 'postgres';
import { connect } from './connect.ts';

/** Why a database can't be used, as one line: host, port and database, and never the password. */
export interface DatabaseFault {
  readonly kind: 'unreachable';
  readonly message: string;
}

/** The oldest PostgreSQL that Restage runs on, as `server_version_num` counts. */
const oldestVersion = 140_000;

const reasons: Record<string, string> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'the host name is unknown',
  EAI_AGAIN: 'the host name could not be looked up',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  CONNECT_TIMEOUT: 'there was no answer in time',
  CONNECTION_CLOSED: 'the connection was closed at once',
  '28P01': 'the user name or password is wrong',
  '28000': 'the server does not let this user in',
  '3D000': 'there is no such database',
  '53300': 'the server has no connection to spare',
  '57P03': 'the server is starting up or shutting down',
};

/**
 * Asks a database, in the way that the server will, whether it can be used: its version, and whether our user may
 * make schemas and tables in it, as migrations do.
 * @param timeout milliseconds after which a silent host counts as unreachable.
 * @returns true, or the reason why not.
 */
export async function checkDatabase(url: string, timeout = 5000): Promise<true | DatabaseFault> {
  const place = placeOf(url);
  if (place === undefined) {
    return unreachable(
      'DATABASE_URL is not a PostgreSQL URL like postgres://user:password@host:5432/database.',
    );
  }
  const giveUp = new AbortController();
  let sql: postgres.Sql | undefined;
  try {
    sql = connect(url, { max: 1, name: 'restage-check' }).sql;
    const answer = await Promise.race([
      sql<[{ version: number; writable: boolean }]>`
        select current_setting('server_version_num')::int as version,
               has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create')
                 as writable`,
      sleep(timeout, undefined, { signal: giveUp.signal }),
    ]);
    if (answer === undefined) return unreachable(`${place} can't be used: ${reasons.CONNECT_TIMEOUT}.`);
    const [{ version, writable }] = answer;
    if (version < oldestVersion) {
      const major = Math.floor(version / 10_000);
      return unreachable(`${place} can't be used: it is version ${major}, and Restage needs 14 or newer.`);
    }
    if (!writable) {
      return unreachable(`${place} can't be used: this user may not create schemas and tables in it.`);
    }
    return true;
  } catch (error) {
    return unreachable(`${place} can't be used: ${reasonOf(error)}.`);
  } finally {
    giveUp.abort();
    await sql?.end({ timeout: 0 });
  }
}

const unreachable = (message: string): DatabaseFault => ({ kind: 'unreachable', message });

/** `PostgreSQL at host:port, database x`; undefined when the URL is none of PostgreSQL's. */
function placeOf(url: string): string | undefined {
  if (!/^postgres(ql)?:\/\//.test(url) || !URL.canParse(url)) return undefined;
  const { hostname, port, pathname } = new URL(url);
  return `PostgreSQL at ${hostname || 'localhost'}:${port || 5432}, database ${pathname.slice(1) || '(none named)'}`;
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails with all their errors at once, and an empty message of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  const message = first instanceof Error ? first.message : String(first);
  return reasons[code] ?? (message.split('\n')[0] || code);
}
