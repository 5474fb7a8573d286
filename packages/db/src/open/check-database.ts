import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '../connect.ts';
import { type DatabaseFailure, describeError, getErrorCode, unusable } from '../failure.ts';
import { queueSchema } from '../queue.ts';

/** The oldest supported PostgreSQL, as `server_version_num`. */
const minVersion = 140_000;

/** A database that can be used, and whether it has all migrations of this version. */
export interface UsableDatabase {
  readonly isMigrated: boolean;
  /** Whether a pooler is in between: the backend that answers is not the one that the connection started with. */
  readonly isPooled: boolean;
  /** Equal for two connections if they lead to the same database. */
  readonly identity: string;
}

/** A failure with what decides whether something else is tried. */
export interface CheckFailure extends DatabaseFailure {
  /** The code of the error: PostgreSQL's, Node's or OpenSSL's; empty where it has none. */
  readonly errorCode: string;
}

/**
 * Checks on the connection that the server will use whether a database can be used: its version and encoding, and
 * whether our user may create schemas and tables, as migrations do. One statement if nothing is left to migrate.
 * @param latestMigration the creation time of the last migration, which identifies it
 * @param timeoutMs after this time without an answer the host counts as unreachable
 */
export async function checkDatabase(
  { sql, route }: Connection,
  latestMigration: number,
  timeoutMs: number,
): Promise<UsableDatabase | CheckFailure> {
  const refuse = (reason: string, errorCode = ''): CheckFailure => ({
    ...unusable(route.target, reason),
    errorCode,
  });
  try {
    const { version, encoding, readOnly, writable, applied, pooled, identity } = await withTimeout(
      timeoutMs,
      queryDatabaseInfo(sql),
    );
    if (version < minVersion) {
      return refuse(`it is version ${Math.floor(version / 10_000)}, and Restage needs 14 or newer`);
    }
    if (encoding !== 'UTF8') {
      return refuse(
        `its encoding is ${encoding}, and Restage needs UTF8 (create database … encoding 'UTF8' template template0)`,
      );
    }
    if (readOnly) return refuse('it takes no writes: it is a standby, or set to be read-only');
    if (!writable) return refuse('this user may not create schemas and tables in it');
    return { isMigrated: applied === latestMigration, isPooled: pooled, identity };
  } catch (error) {
    return refuse(describeError(error), getErrorCode(error));
  }
}

/** Waits for a promise. @throws an error with the code CONNECT_TIMEOUT after `timeoutMs` */
export async function withTimeout<T>(timeoutMs: number, promise: Promise<T>): Promise<T> {
  const timer = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(timeoutMs, undefined, { signal: timer.signal }).then(() => {
        throw Object.assign(new Error('timed out'), { code: 'CONNECT_TIMEOUT' });
      }),
    ]);
  } finally {
    timer.abort();
  }
}

/** The answer of a database about itself. */
interface DatabaseInfo {
  readonly version: number;
  readonly encoding: string;
  readonly readOnly: boolean;
  readonly writable: boolean;
  readonly identity: string;
  readonly pid: number;
  /** The last migration that was applied; null unless the queue has its tables too. */
  readonly applied: number | null;
}

/** One round trip, unprepared because it runs once; a second one if our tables do not exist. */
async function queryDatabaseInfo(
  sql: Connection['sql'],
): Promise<DatabaseInfo & { readonly pooled: boolean }> {
  const query = async (applied: string) => {
    const rows = await sql
      .unsafe<[DatabaseInfo]>(
        `select current_setting('server_version_num')::int as version,
           current_setting('server_encoding') as encoding,
           current_setting('transaction_read_only') = 'on' as "readOnly",
           has_database_privilege(current_database(), 'create') and has_schema_privilege('public', 'create')
             as writable,
           pg_postmaster_start_time() || ' ' || (select oid from pg_database where datname = current_database())
             as identity,
           pg_backend_pid() as pid, (${applied}) as applied`,
      )
      .simple();
    return { ...rows[0], pooled: rows[0].pid !== rows.state.pid };
  };
  try {
    return await query(
      `select max(created_at)::float8 from drizzle.__drizzle_migrations
       where to_regclass('${queueSchema}.version') is not null`,
    );
  } catch (error) {
    // A table or a schema does not exist, or our user may not read it.
    if (!['42P01', '3F000', '42501'].includes(getErrorCode(error))) throw error;
    return await query('null');
  }
}
