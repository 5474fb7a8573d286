import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connect.ts';
import { queueSchema } from './queue.ts';

/** Why a database can't be used, as one line: host, port and database, and never the password. */
export interface DatabaseFault {
  readonly kind: 'unreachable';
  readonly message: string;
}

/** The oldest PostgreSQL that Restage runs on, as `server_version_num` counts. */
const oldestVersion = 140_000;

const reasons = {
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
} as const;

/** A database that can be used, and whether it is as this version has it. */
export interface UsableDatabase {
  readonly kind: 'usable';
  readonly current: boolean;
}

/**
 * Asks a database, on the connection that the server will use, whether it can be used: its version, and whether our
 * user may make schemas and tables in it, as migrations do. Where nothing is left to migrate, that is one statement.
 * @param latest when the last of our migrations was made, which names it
 * @param timeout milliseconds after which a silent host counts as unreachable.
 */
export async function checkDatabase(
  url: string,
  sql: Connection['sql'],
  latest: number,
  timeout: number,
): Promise<UsableDatabase | DatabaseFault> {
  const giveUp = new AbortController();
  try {
    const answer = await Promise.race([
      askDatabase(sql),
      sleep(timeout, undefined, { signal: giveUp.signal }),
    ]);
    if (answer === undefined) return unusable(url, reasons.CONNECT_TIMEOUT);
    const { version, writable, applied } = answer;
    if (version < oldestVersion) {
      return unusable(url, `it is version ${Math.floor(version / 10_000)}, and Restage needs 14 or newer`);
    }
    if (!writable) return unusable(url, 'this user may not create schemas and tables in it');
    return { kind: 'usable', current: applied === latest };
  } catch (error) {
    return unusable(url, reasonOf(error));
  } finally {
    giveUp.abort();
  }
}

interface Answer {
  readonly version: number;
  readonly writable: boolean;
  /** The last migration that was applied, where the queue has its tables too. */
  readonly applied: number | null;
}

/** One round trip, without preparing what is asked once; a second one where our tables are not there. */
async function askDatabase(sql: Connection['sql']): Promise<Answer> {
  const ask = (applied: string) =>
    sql
      .unsafe<[Answer]>(
        `select current_setting('server_version_num')::int as version,
           has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create')
             as writable, (${applied}) as applied`,
      )
      .simple();
  try {
    const [answer] = await ask(
      `select max(created_at)::float8 from drizzle.__drizzle_migrations
       where to_regclass('${queueSchema}.version') is not null`,
    );
    return answer;
  } catch (error) {
    if (!isMissing(error)) throw error;
    const [answer] = await ask('null');
    return answer;
  }
}

/** Whether a statement failed for a table or a schema that is not there, or not for us to see. */
function isMissing(error: unknown): boolean {
  return (
    error instanceof Error && 'code' in error && ['42P01', '3F000', '42501'].includes(String(error.code))
  );
}

/** Whether a URL is one of PostgreSQL's. */
export const isDatabaseUrl = (url: string) => /^postgres(ql)?:\/\//.test(url) && URL.canParse(url);

/** The fault of a database that is named by its host, port and name. */
export function unusable(url: string, reason: string): DatabaseFault {
  const { hostname, port, pathname } = new URL(url);
  const place = `PostgreSQL at ${hostname || 'localhost'}:${port || 5432}, database ${pathname.slice(1) || '(none named)'}`;
  return { kind: 'unreachable', message: `${place} can't be used: ${reason}.` };
}

/** What an error says, in one line. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  // A name with several addresses fails with all their errors at once, and an empty message of its own.
  const first = error instanceof AggregateError ? error.errors[0] : error;
  const code = first instanceof Error && 'code' in first ? String(first.code) : '';
  const message = first instanceof Error ? first.message : String(first);
  return (reasons as Readonly<Record<string, string>>)[code] ?? (message.split('\n')[0] || code);
}
