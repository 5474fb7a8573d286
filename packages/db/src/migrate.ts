import { fileURLToPath } from 'node:url';
import { sql as statement } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';
import { type Connection, connect, type Route } from './connect.ts';
import type { Database } from './database.ts';
import { queueSchema } from './queue.ts';

/** Any number, the same in every version: the advisory lock that one process migrates under. */
const migrationLock = 7_378_243;

/** Where the SQL files are when the sources run. */
const sourceMigrations = fileURLToPath(new URL('../migrations', import.meta.url));

/** When the last migration was made, in milliseconds since 1970: a database knows by it how far it has come. */
export function latestMigration(folder = sourceMigrations): number {
  const latest = readMigrationFiles({ migrationsFolder: folder }).at(-1);
  if (!latest) throw new Error(`there are no migrations in ${folder}`);
  return latest.folderMillis;
}

/**
 * Brings a database up to this version: our tables, then the queue's. Processes that start together take turns,
 * and those after the first find nothing left to do. Throws when a migration fails; ours are rolled back then.
 * @param folder where the SQL files are. The default is right for the sources; a bundle names its own.
 */
export async function migrate(place: string | Route, folder = sourceMigrations): Promise<void> {
  // One connection, so that everything runs in the session that holds the lock, for as long as it takes.
  const connection = connect(place, { max: 1, name: 'restage-migrate', statementTimeout: 0 });
  try {
    if (await isCurrent(connection.sql, folder)) return;
    await connection.sql`select pg_advisory_lock(${migrationLock})`;
    await applyMigrations(connection.db, { migrationsFolder: folder });
    await migrateQueue(connection.db);
  } finally {
    await connection.close();
  }
}

/** Whether nothing is left to do: the usual case, found without a lock. A queue that is there migrates as it is opened. */
async function isCurrent(sql: Connection['sql'], folder: string): Promise<boolean> {
  const [tables] = await sql`
    select to_regclass('drizzle.__drizzle_migrations') is not null
      and to_regclass(${`${queueSchema}.version`}) is not null as there`;
  if (!tables?.there) return false;
  const [{ latest } = {}] =
    await sql`select max(created_at)::float8 as latest from drizzle.__drizzle_migrations`;
  return latest === latestMigration(folder);
}

/** Starting a pg-boss is how its schema is installed and migrated; this one does nothing else and stops at once. */
async function migrateQueue(db: Database): Promise<void> {
  const { PgBoss } = await import('pg-boss');
  const boss = new PgBoss({
    db: fromDrizzle(db, statement),
    schema: queueSchema,
    migrate: true,
    supervise: false,
    schedule: false,
    registerInstance: false,
  });
  let fault: unknown;
  boss.on('error', (error) => {
    fault = error;
  });
  try {
    await boss.start();
  } finally {
    await boss.stop();
  }
  if (fault !== undefined) throw fault;
}
