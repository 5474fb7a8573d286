import { isFailure } from '@restage/errors';
import { type Connection, connect, type Route } from '../connect.ts';
import { type DatabaseFailure, describeError, unusable } from '../failure.ts';
import { getLatestMigration, migrate } from '../migrate.ts';
import { offersTls } from '../target/offers-tls.ts';
import { parseDatabaseUrl } from '../target/parse-url.ts';
import { type DatabaseTarget, isSocket } from '../target/target.ts';
import { checkDatabase, type UsableDatabase, withTimeout } from './check-database.ts';
import { keepsSessions } from './keeps-sessions.ts';

export interface OpenOptions {
  /** A URL that bypasses the pooler of the first URL. */
  readonly directUrl?: string | undefined;
  /** The directory of the SQL files. The default is that of the sources; a bundle passes its own. */
  readonly migrations?: string | undefined;
  /** After this time without an answer a host counts as unreachable; default 5000. */
  readonly timeoutMs?: number;
}

/**
 * Opens a connection pool on a usable database, and migrates it to this version if it is behind.
 * @returns why the database can't be used, otherwise; throws if a migration fails
 */
export async function openDatabase(
  url: string,
  { directUrl, migrations, timeoutMs = 5000 }: OpenOptions = {},
): Promise<Connection | DatabaseFailure> {
  const target = parseDatabaseUrl(url);
  if (isFailure(target)) return target;
  const directTarget =
    directUrl === undefined ? undefined : parseDatabaseUrl(directUrl, 'DATABASE_DIRECT_URL');
  if (isFailure(directTarget)) return directTarget;
  const opened: Connection[] = [];
  const close = async () => void (await Promise.all(opened.map((connection) => connection.close())));
  try {
    const reachOptions = { latestMigration: getLatestMigration(migrations), timeoutMs };
    const connected = await connectBoth(target, directTarget, reachOptions, opened);
    if (isFailure(connected)) {
      await close();
      return connected;
    }
    const { main, direct } = connected;
    if (!direct.isMigrated) await migrate(direct.connection.route, migrations);
    return { ...main.connection, direct: direct.connection.sql, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Connects to a database by both of its URLs, or by the only one. Appends the connections to close to `opened`. */
async function connectBoth(
  target: DatabaseTarget,
  directTarget: DatabaseTarget | undefined,
  options: ReachOptions,
  opened: Connection[],
): Promise<{ readonly main: ReachableDatabase; readonly direct: ReachableDatabase } | DatabaseFailure> {
  const direct = await findWorkingRoute(directTarget ?? target, options, false);
  if (isFailure(direct)) return direct;
  opened.push(direct.connection);
  const problem = direct.isPooled && (await checkPooler(direct.connection, options.timeoutMs, true));
  if (problem) return problem;
  if (directTarget === undefined) return { main: direct, direct };

  const main = await findWorkingRoute(target, options, true);
  if (isFailure(main)) return main;
  opened.push(main.connection);
  const mainProblem = await checkPooler(main.connection, options.timeoutMs, false);
  if (mainProblem) return mainProblem;
  if (main.identity === direct.identity) return { main, direct };
  return unusable(directTarget, `it is another database than that of ${target.setting}`);
}

/** What {@link findWorkingRoute} needs beside a target. */
interface ReachOptions {
  readonly latestMigration: number;
  readonly timeoutMs: number;
}

interface ReachableDatabase extends UsableDatabase {
  readonly connection: Connection;
}

/**
 * Finds a working route to a database: with or without TLS, as its `sslmode` allows.
 * @param pooled whether the URL is known to lead to a pooler; if it turns out to, tries again as for a pooler
 */
async function findWorkingRoute(
  target: DatabaseTarget,
  options: ReachOptions,
  pooled: boolean,
): Promise<ReachableDatabase | DatabaseFailure> {
  const sslOptions = await listSslOptions(target, options.timeoutMs);
  if (isFailure(sslOptions)) return sslOptions;
  let first: DatabaseFailure | undefined;
  for (const ssl of sslOptions) {
    const connection = connect({ target, ssl, pooled });
    const checked = await checkDatabase(connection, options.latestMigration, options.timeoutMs);
    if (!isFailure(checked) && (pooled || !checked.isPooled)) return { ...checked, connection };
    await connection.sql.end({ timeout: 0 });
    if (!isFailure(checked) || (!pooled && refusesOptions(checked.message))) {
      return findWorkingRoute(target, options, true);
    }
    first ??= checked;
    if (!isTlsRelated(checked.errorCode)) break;
  }
  return first ?? unusable(target, 'no route to it works');
}

/** The TLS options to try in turn: with TLS, without, or both, in the order of libpq. */
async function listSslOptions(
  target: DatabaseTarget,
  timeoutMs: number,
): Promise<Route['ssl'][] | DatabaseFailure> {
  const { sslMode, tls } = target;
  if (sslMode === 'disable' || isSocket(target)) return [false];
  try {
    const isOffered = await offersTls(target, timeoutMs);
    if (sslMode === 'allow') return isOffered ? [false, tls] : [false];
    if (sslMode === 'prefer') return isOffered ? [tls, false] : [false];
    return isOffered
      ? [tls]
      : unusable(target, 'the server has no TLS; sslmode=prefer or disable does without it');
  } catch (error) {
    return unusable(target, describeError(error));
  }
}

/** Whether a pooler refused the settings at the start of a connection, as it does by default. */
const refusesOptions = (message: string) => /startup parameter|command-line options/i.test(message);

/** Whether TLS or its absence may have caused a failure. Of PostgreSQL's own errors only 28000 (pg_hba.conf) can be. */
const isTlsRelated = (code: string) =>
  code === '28000' || (code !== 'CONNECT_TIMEOUT' && !/^(?=.*\d)[0-9A-Z]{5}$/.test(code));

/**
 * Returns why the pooler in front of a database is not usable, if it isn't: in statement mode never, in transaction mode
 * not for what needs a session.
 */
async function checkPooler(
  { sql, route }: Connection,
  timeoutMs: number,
  needsSessions: boolean,
): Promise<DatabaseFailure | undefined> {
  try {
    await withTimeout(
      timeoutMs,
      sql.begin(() => undefined),
    );
  } catch (error) {
    return unusable(
      route.target,
      `the pooler in front of it lets no transaction through (${describeError(error)})`,
    );
  }
  try {
    if (!needsSessions || (await withTimeout(timeoutMs, keepsSessions(sql)))) return undefined;
  } catch (error) {
    return unusable(route.target, describeError(error));
  }
  return unusable(
    route.target,
    route.target.setting === 'DATABASE_URL'
      ? 'it is behind a pooler in transaction mode, which loses notifications; set DATABASE_DIRECT_URL to the address of PostgreSQL itself as well'
      : 'it is behind a pooler in transaction mode; DATABASE_DIRECT_URL must lead to PostgreSQL itself',
  );
}
