import { checkDatabase, type DatabaseFault, isDatabaseUrl, reasonOf, unusable } from './check.ts';
import { type Connection, connect } from './connect.ts';
import { latestMigration, migrate } from './migrate.ts';

interface OpenOptions {
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
  { migrations, timeout = 5000 }: OpenOptions = {},
): Promise<Connection | DatabaseFault> {
  if (!isDatabaseUrl(url)) {
    return {
      kind: 'unreachable',
      message: 'DATABASE_URL is not a PostgreSQL URL like postgres://user:password@host:5432/database.',
    };
  }
  const connection = connectTo(url);
  if ('kind' in connection) return connection;
  const checked = await checkDatabase(url, connection.sql, latestMigration(migrations), timeout);
  if (checked.kind === 'unreachable') {
    await connection.sql.end({ timeout: 0 });
    return checked;
  }
  try {
    if (!checked.current) await migrate(url, migrations);
    return connection;
  } catch (error) {
    await connection.close();
    throw error;
  }
}

/** A URL may be one of PostgreSQL's and still hold what the client can't read, as a `%` that begins no character. */
function connectTo(url: string): Connection | DatabaseFault {
  try {
    return connect(url);
  } catch (error) {
    return unusable(url, reasonOf(error));
  }
}
