import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database } from './database.ts';

/** A pool of connections to one database, with two ways to ask it. */
export interface Connection {
  readonly db: Database;
  /**
   * The postgres.js client beneath. Drizzle has set it to hand dates over as text, and to take them as text.
   */
  readonly sql: postgres.Sql;
  /** Closes the pool; statements in flight have five seconds to end. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** The most connections at once; default 10. They are opened as they are needed. */
  readonly max?: number;
  /** What the connections are called in `pg_stat_activity`; default `restage`. */
  readonly name?: string;
  /** Milliseconds after which PostgreSQL ends a statement; default 30,000, 0 for never. */
  readonly statementTimeout?: number;
}

/** Opens a pool on a PostgreSQL database. Nothing is connected before the first statement. */
export function connect(url: string, options: ConnectOptions = {}): Connection {
  const sql = postgres(url, {
    max: options.max ?? 10,
    connect_timeout: 10,
    idle_timeout: 60,
    onnotice: () => {},
    connection: {
      application_name: options.name ?? 'restage',
      statement_timeout: options.statementTimeout ?? 30_000,
      // A transaction left open by a bug must not hold its locks, and the vacuum, for ever.
      idle_in_transaction_session_timeout: 60_000,
    },
  });
  return { db: drizzle(sql), sql, close: () => sql.end({ timeout: 5 }) };
}
