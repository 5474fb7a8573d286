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
  return { db: drizzle(preparing(sql)), sql, close: () => sql.end({ timeout: 5 }) };
}

type Begin = (body: (transaction: postgres.TransactionSql) => unknown) => unknown;

/**
 * The client, with whatever has parameters prepared once a connection. By itself Drizzle prepares only what is named,
 * and every other statement is parsed, described, awaited and planned again each time that it is sent.
 */
function preparing<Client extends postgres.Sql | postgres.TransactionSql>(client: Client): Client {
  const unsafe: Client['unsafe'] = (query, parameters = [], options = {}) =>
    client.unsafe(query, parameters, { ...options, prepare: parameters.length > 0 });
  return new Proxy(client, {
    get(target, property, receiver) {
      if (property === 'unsafe') return unsafe;
      const value: unknown = Reflect.get(target, property, receiver);
      if (property !== 'begin' && property !== 'savepoint') return value;
      const begin = value as Begin;
      return (body: Parameters<Begin>[0]) => begin((transaction) => body(preparing(transaction)));
    },
  });
}
