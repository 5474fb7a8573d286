import { isFailure } from '@restage/errors';
import { drizzle } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { Database } from './database.ts';
import { parseDatabaseUrl } from './target/parse-url.ts';
import { type DatabaseTarget, isSocket, type TlsSettings } from './target/target.ts';

/** How a database is reached, once that is known: the same for every pool on it. */
export interface Route {
  readonly target: DatabaseTarget;
  /** Whether TLS is spoken, and how; `prefer` asks the server at each connection. */
  readonly ssl: false | 'prefer' | TlsSettings;
  /**
   * Whether a pooler in between may give each transaction another session. No statement is prepared then, and no
   * setting goes along with a connection.
   */
  readonly pooled: boolean;
}

/** A pool of connections to one database, with two ways to ask it. */
export interface Connection {
  readonly db: Database;
  /**
   * The postgres.js client beneath. Drizzle has set it to hand dates over as text, and to take them as text.
   */
  readonly sql: postgres.Sql;
  /** A client whose connections are sessions of PostgreSQL's own, past any pooler: for LISTEN. */
  readonly direct: postgres.Sql;
  readonly route: Route;
  /** Closes the pool; statements in flight have five seconds to end. */
  close(): Promise<void>;
}

export interface ConnectOptions {
  /** The most connections at once; default 10. They are opened as they are needed. */
  readonly max?: number;
  /**
   * What the connections are called in `pg_stat_activity`; default `restage`. An `application_name` in the URL stands
   * for its first word.
   */
  readonly name?: string;
  /** Milliseconds after which PostgreSQL ends a statement; default 30,000, 0 for never. */
  readonly statementTimeout?: number;
}

/** Opens a pool on a PostgreSQL database. Nothing is connected before the first statement. */
export function connect(place: string | Route, options: ConnectOptions = {}): Connection {
  const route = typeof place === 'string' ? findRoute(place) : place;
  const settings = {
    statement_timeout: options.statementTimeout ?? 30_000,
    // A transaction left open by a bug must not hold its locks, and the vacuum, for ever.
    idle_in_transaction_session_timeout: 60_000,
  };
  const sql = postgres(toClientOptions(route, { ...options, settings }));
  return {
    db: drizzle(preparing(sql, route.pooled ? settings : {})),
    sql,
    direct: sql,
    route,
    close: () => sql.end({ timeout: 5 }),
  };
}

/** The route to a URL that is known to be good, as the embedded database's. */
function findRoute(url: string): Route {
  const target = parseDatabaseUrl(url);
  if (isFailure(target)) throw new Error(target.message);
  const { sslMode, tls } = target;
  const ssl = sslMode === 'prefer' ? 'prefer' : sslMode === 'disable' || sslMode === 'allow' ? false : tls;
  return { target, ssl, pooled: false };
}

/** What postgres.js is told, for any pool on a database. */
export function toClientOptions(
  { target, ssl, pooled }: Route,
  options: {
    readonly max?: number;
    readonly name?: string;
    readonly settings: Readonly<Record<string, string | number>>;
  },
) {
  const { host, port, database, user, password, applicationName, options: given } = target;
  const name = options.name ?? 'restage';
  // Settings of our own come first, so that the operator's override them.
  const ours = Object.entries(pooled ? {} : options.settings).map(([key, value]) => `-c ${key}=${value}`);
  const sessionOptions = [...ours, ...(given === undefined ? [] : [given])].join(' ');
  return {
    // Lists, which its types leave out: in a text it takes the colons of an IPv6 address for that of a port.
    host: [host] as unknown as string,
    port: [port] as unknown as number,
    ...(isSocket(target) && { path: `${host}/.s.PGSQL.${port}` }),
    database,
    user,
    password,
    ssl,
    prepare: !pooled,
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

type Begin = (body: (transaction: postgres.TransactionSql) => unknown) => unknown;

/**
 * The client, with whatever has parameters prepared once a connection. By itself Drizzle prepares only what is named,
 * and every other statement is parsed, described, awaited and planned again each time that it is sent.
 * @param settings what each transaction begins with: for a pooler, whose connections keep none
 */
function preparing<Client extends postgres.Sql | postgres.TransactionSql>(
  client: Client,
  settings: Readonly<Record<string, number>>,
): Client {
  const unsafe: Client['unsafe'] = (query, parameters = [], options = {}) =>
    client.unsafe(query, parameters, { ...options, prepare: parameters.length > 0 });
  const local = Object.entries(settings).map(([name, value]) => `set local ${name} = ${value}`);
  return new Proxy(client, {
    get(target, property, receiver) {
      if (property === 'unsafe') return unsafe;
      const value: unknown = Reflect.get(target, property, receiver);
      if (property !== 'begin' && property !== 'savepoint') return value;
      const begin = value as Begin;
      return (body: Parameters<Begin>[0]) =>
        begin((transaction) => {
          // Sent along with the first statement; should it fail, so does the transaction.
          if (local.length > 0) transaction.unsafe(local.join('; ')).execute();
          return body(preparing(transaction, {}));
        });
    },
  });
}
