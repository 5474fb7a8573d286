import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from './connect.ts';
import { type DatabaseFailure, describeError, getErrorCode, unusable } from './fault.ts';
import { queueSchema } from './queue.ts';

/** The oldest PostgreSQL that Restage runs on, as `server_version_num` counts. */
const oldestVersion = 140_000;

/** A database that can be used, and whether it is as this version has it. */
export interface UsableDatabase {
  readonly current: boolean;
  /** Whether a pooler stands in between: what answers is not the process that the connection was promised. */
  readonly pooled: boolean;
  /** The same for two connections if they lead to one database. */
  readonly identity: string;
}

/** A failure with what decides whether something else is tried. */
export interface CheckFailure extends DatabaseFailure {
  /** The code of the error: PostgreSQL's, Node's or OpenSSL's; empty where it has none. */
  readonly errorCode: string;
}

/**
 * Asks a database, on the connection that the server will use, whether it can be used: its version and encoding, and
 * whether our user may make schemas and tables in it, as migrations do. Where nothing is left to migrate, that is one
 * statement.
 * @param latest when the last of our migrations was made, which names it
 * @param timeout milliseconds after which a silent host counts as unreachable.
 */
export async function checkDatabase(
  { sql, route }: Connection,
  latest: number,
  timeout: number,
): Promise<UsableDatabase | CheckFailure> {
  const refuse = (reason: string, errorCode = '') => ({ ...unusable(route.target, reason), errorCode });
  try {
    const { version, encoding, readOnly, writable, applied, pooled, identity } = await within(
      timeout,
      askDatabase(sql),
    );
    if (version < oldestVersion) {
      return refuse(`it is version ${Math.floor(version / 10_000)}, and Restage needs 14 or newer`);
    }
    if (encoding !== 'UTF8') {
      return refuse(
        `its encoding is ${encoding}, and Restage needs UTF8 (create database … encoding 'UTF8' template template0)`,
      );
    }
    if (readOnly) return refuse('it takes no writes: it is a standby, or set to be read-only');
    if (!writable) return refuse('this user may not create schemas and tables in it');
    return { current: applied === latest, pooled, identity };
  } catch (error) {
    return refuse(describeError(error), getErrorCode(error));
  }
}

/** Waits at most so many milliseconds. @throws an error with the code CONNECT_TIMEOUT */
export async function within<T>(timeout: number, promise: Promise<T>): Promise<T> {
  const giveUp = new AbortController();
  try {
    return await Promise.race([
      promise,
      sleep(timeout, undefined, { signal: giveUp.signal }).then(() => {
        throw Object.assign(new Error('timed out'), { code: 'CONNECT_TIMEOUT' });
      }),
    ]);
  } finally {
    giveUp.abort();
  }
}

interface Answer {
  readonly version: number;
  readonly encoding: string;
  readonly readOnly: boolean;
  readonly writable: boolean;
  readonly identity: string;
  readonly pid: number;
  /** The last migration that was applied, where the queue has its tables too. */
  readonly applied: number | null;
}

/** One round trip, without preparing what is asked once; a second one where our tables are not there. */
async function askDatabase(sql: Connection['sql']): Promise<Answer & { readonly pooled: boolean }> {
  const ask = async (applied: string) => {
    const rows = await sql
      .unsafe<[Answer]>(
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
    return await ask(
      `select max(created_at)::float8 from drizzle.__drizzle_migrations
       where to_regclass('${queueSchema}.version') is not null`,
    );
  } catch (error) {
    // A table or a schema that is not there, or not for us to see.
    if (!['42P01', '3F000', '42501'].includes(getErrorCode(error))) throw error;
    return await ask('null');
  }
}
