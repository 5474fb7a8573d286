import { isFailure } from '@restage/errors';
import { checkDatabase, type UsableDatabase, within } from './check.ts';
import { type Connection, connect, type Route } from './connect.ts';
import { type DatabaseFailure, describeError, unusable } from './fault.ts';
import { latestMigration, migrate } from './migrate.ts';
import { keepsSessions } from './sessions.ts';
import { offersTls } from './target/offers-tls.ts';
import { parseDatabaseUrl } from './target/parse-url.ts';
import { type DatabaseTarget, isSocket } from './target/target.ts';

export interface OpenOptions {
  /** Leads past the pooler that the first URL leads to. */
  readonly directUrl?: string | undefined;
  /** Where the SQL files are. The default is right for the sources; a bundle names its own. */
  readonly migrations?: string | undefined;
  /** Milliseconds after which a silent host counts as unreachable; default 5000. */
  readonly timeout?: number;
}

/**
 * Opens a pool on a database that can be used, and brings it up to this version where it is behind.
 * @returns why it can't be used, otherwise; throws when a migration fails.
 */
export async function openDatabase(
  url: string,
  { directUrl, migrations, timeout = 5000 }: OpenOptions = {},
): Promise<Connection | DatabaseFailure> {
  const target = parseDatabaseUrl(url);
  if (isFailure(target)) return target;
  const directTarget =
    directUrl === undefined ? undefined : parseDatabaseUrl(directUrl, 'DATABASE_DIRECT_URL');
  if (isFailure(directTarget)) return directTarget;
  const opened: Connection[] = [];
  const close = async () => void (await Promise.all(opened.map((connection) => connection.close())));
  try {
    const search = { latest: latestMigration(migrations), timeout };
    const reached = await reachBoth(target, directTarget, search, opened);
    if (isFailure(reached)) {
      await close();
      return reached;
    }
    const { main, direct } = reached;
    if (!direct.current) await migrate(direct.connection.route, migrations);
    return { ...main.connection, direct: direct.connection.sql, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Reaches a database by both of its URLs, or by the one that there is; `opened` gets what is to be closed. */
async function reachBoth(
  target: DatabaseTarget,
  directTarget: DatabaseTarget | undefined,
  search: Search,
  opened: Connection[],
): Promise<{ readonly main: Reached; readonly direct: Reached } | DatabaseFailure> {
  const direct = await reach(directTarget ?? target, search, false);
  if (isFailure(direct)) return direct;
  opened.push(direct.connection);
  const unfit = direct.pooled && (await checkPooler(direct.connection, search.timeout, true));
  if (unfit) return unfit;
  if (directTarget === undefined) return { main: direct, direct };

  const main = await reach(target, search, true);
  if (isFailure(main)) return main;
  opened.push(main.connection);
  const unfitMain = await checkPooler(main.connection, search.timeout, false);
  if (unfitMain) return unfitMain;
  if (main.identity === direct.identity) return { main, direct };
  return unusable(directTarget, `it is another database than that of ${target.setting}`);
}

interface Search {
  readonly latest: number;
  readonly timeout: number;
}

interface Reached extends UsableDatabase {
  readonly connection: Connection;
}

/**
 * Finds the way to a database: with or without TLS, as its `sslmode` allows.
 * @param pooled whether a pooler is known to be in front of it; one that is met unknown is treated as one from then on
 */
async function reach(
  target: DatabaseTarget,
  search: Search,
  pooled: boolean,
): Promise<Reached | DatabaseFailure> {
  const ways = await listWays(target, search.timeout);
  if (isFailure(ways)) return ways;
  let first: DatabaseFailure | undefined;
  for (const ssl of ways) {
    const connection = connect({ target, ssl, pooled });
    const checked = await checkDatabase(connection, search.latest, search.timeout);
    if (!isFailure(checked) && (pooled || !checked.pooled)) return { ...checked, connection };
    await connection.sql.end({ timeout: 0 });
    if (!isFailure(checked) || (!pooled && refusesOptions(checked.message))) {
      return reach(target, search, true);
    }
    first ??= checked;
    if (!mayDependOnTls(checked.errorCode)) break;
  }
  return first ?? unusable(target, 'there is no way to it');
}

/** With TLS, without, or one after the other, as libpq goes about it. */
async function listWays(target: DatabaseTarget, timeout: number): Promise<Route['ssl'][] | DatabaseFailure> {
  const { sslMode, tls } = target;
  if (sslMode === 'disable' || isSocket(target)) return [false];
  try {
    const offered = await offersTls(target, timeout);
    if (sslMode === 'allow') return offered ? [false, tls] : [false];
    if (sslMode === 'prefer') return offered ? [tls, false] : [false];
    return offered
      ? [tls]
      : unusable(target, 'the server has no TLS; sslmode=prefer or disable does without it');
  } catch (error) {
    return unusable(target, describeError(error));
  }
}

/** Poolers refuse settings at the start of a connection, unless they are told otherwise. */
const refusesOptions = (message: string) => /startup parameter|command-line options/i.test(message);

/** Whether a failure may be for TLS or the lack of it. PostgreSQL's own refusals are not, but for that of the way. */
const mayDependOnTls = (code: string) =>
  code === '28000' || (code !== 'CONNECT_TIMEOUT' && !/^(?=.*\d)[0-9A-Z]{5}$/.test(code));

/**
 * Why the pooler in front of a database won't do, if it won't: in statement mode for nothing, in transaction mode for
 * what needs a session of its own.
 */
async function checkPooler(
  { sql, route }: Connection,
  timeout: number,
  needsSessions: boolean,
): Promise<DatabaseFailure | undefined> {
  try {
    await within(
      timeout,
      sql.begin(() => undefined),
    );
  } catch (error) {
    return unusable(
      route.target,
      `the pooler in front of it lets no transaction through (${describeError(error)})`,
    );
  }
  try {
    if (!needsSessions || (await within(timeout, keepsSessions(sql)))) return undefined;
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
