import { isFailure } from '@restage/errors';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database } from './database.ts';
import { PoolUsage } from './pool-usage.ts';
import { parseDatabaseUrl } from './target/parse-url.ts';
import { type DatabaseTarget, isSocket, type TlsSettings } from './target/target.ts';

/** How to connect to a database: the same for every pool on it. */
export interface Route {
  readonly target: DatabaseTarget;
  /** Whether and how to use TLS; `prefer` asks the server at each connection. */
  readonly ssl: false | 'prefer' | TlsSettings;
  /**
   * Whether a pooler may give each transaction another session. If so, statements are not prepared, and connections
   * carry no settings.
   */
  readonly pooled: boolean;
}

/** A pool of connections to one database, as a Drizzle database and as a postgres.js client. */
export interface Connection {
  readonly db: Database;
  /**
   * The postgres.js client that Drizzle uses, and configures to return and accept dates as text.
   */
  readonly sql: postgres.Sql;
  /** A client that bypasses any pooler, for LISTEN. */
  readonly direct: postgres.Sql;
  readonly route: Route;
  /** How busy the pool is with what goes through `db`. */
  readonly usage: PoolUsage;
  /** Closes the pool; statements in flight get five seconds to finish. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** The maximum number of connections; default 10. They are opened on demand. */
  readonly max?: number;
  /**
   * The application name in `pg_stat_activity`; default `restage`. An `application_name` in the URL replaces the leading
   * `restage`.
   */
  readonly name?: string;
  /** Milliseconds after which PostgreSQL ends a statement; default 30,000, 0 for never. */
  readonly statementTimeoutMs?: number;
}

/** Opens a pool on a PostgreSQL database. It connects at the first statement. */
export function connect(place: string | Route, options: ConnectOptions = {}): Connection {
  const route = typeof place === 'string' ? toRoute(place) : place;
  const settings = {
    statement_timeout: options.statementTimeoutMs ?? 30_000,
    // A transaction that a bug leaves open must not keep its locks, or hold up vacuum, for ever.
    idle_in_transaction_session_timeout: 60_000,
  };
  const clientOptions = toClientOptions(route, { ...options, settings });
  const usage = new PoolUsage(clientOptions.max);
  const sql = postgres(clientOptions);
  return {
    db: drizzle(withPreparedStatements(sql, route.pooled ? settings : {}, usage)),
    sql,
    direct: sql,
    route,
    usage,
    close: () => sql.end({ timeout: 5 }),
  };
}

/** Converts a URL that is known to be valid, such as that of the embedded database, to a route. */
function toRoute(url: string): Route {
  const target = parseDatabaseUrl(url);
  if (isFailure(target)) throw new Error(target.message);
  const { sslMode, tls } = target;
  const ssl = sslMode === 'prefer' ? 'prefer' : sslMode === 'disable' || sslMode === 'allow' ? false : tls;
  return { target, ssl, pooled: false };
}

/** The options of postgres.js for a pool on a database. */
export function toClientOptions(
  { target, ssl, pooled }: Route,
  options: {
    readonly max?: number;
    readonly name?: string;
    readonly settings: Readonly<Record<string, string | number>>;
  },
) {
  const { host, port, database, user, password, applicationName, options: optionsOfUrl } = target;
  const name = options.name ?? 'restage';
  // Our own settings come first, so that those of the URL override them.
  const ours = Object.entries(pooled ? {} : options.settings).map(([key, value]) => `-c ${key}=${value}`);
  const sessionOptions = [...ours, ...(optionsOfUrl === undefined ? [] : [optionsOfUrl])].join(' ');
  return {
    // Arrays, which its types omit: in a string, it takes the colons of an IPv6 address for a port's.
    host: [host] as unknown as string,
    port: [port] as unknown as number,
    ...(isSocket(target) && { path: `${host}/.s.PGSQL.${port}` }),
    database,
    user,
    password,
    ssl,
    prepare: !pooled,
    // PgBouncer takes the session back when a statement ends, even if the driver has begun to send the next one, which
    // then waits for ever.
    ...(pooled && { max_pipeline: 0 }),
    max: options.max ?? 10,
    connect_timeout: target.connectTimeoutSeconds,
    idle_timeout: 60,
    onnotice: () => {},
    connection: {
      application_name:
        applicationName === undefined ? name : name.replace(/^restage/, () => applicationName),
      ...(sessionOptions && { options: sessionOptions }),
    },
  };
}

type Begin = (body: (transaction: postgres.TransactionSql) => unknown) => Promise<unknown>;

/**
 * Wraps a client so that statements with parameters are prepared once per connection. By itself, Drizzle prepares only
 * named ones; all others are parsed, described and planned at every execution.
 * @param settings set at the start of each transaction: for a pooler, whose connections keep no settings
 * @param usage counts statements and transactions; a transaction's own statements use its connection
 */
function withPreparedStatements<Client extends postgres.Sql | postgres.TransactionSql>(
  client: Client,
  settings: Readonly<Record<string, number>>,
  usage?: PoolUsage,
): Client {
  const track = <Work extends Promise<unknown>>(work: Work) => usage?.track(work) ?? work;
  const unsafe: Client['unsafe'] = (query, parameters = [], options = {}) =>
    track(client.unsafe(query, parameters, { ...options, prepare: parameters.length > 0 }));
  const local = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
  return new Proxy(client, {
    get(target, property, receiver) {
      if (property === 'unsafe') return unsafe;
      const value: unknown = Reflect.get(target, property, receiver);
      if (property !== 'begin' && property !== 'savepoint') return value;
      const begin = value as Begin;
      return (body: Parameters<Begin>[0]) =>
        track(
          begin((transaction) => {
            // Sent together with the first statement; if it fails, so does the transaction.
            if (local.length > 0) transaction.unsafe(local.join('; ')).execute();
            return body(withPreparedStatements(transaction, {}));
          }),
        );
    },
  });
}
