import { fileURLToPath } from 'node:url';
import { sql as statement } from 'drizzle-orm';
import { readMigrationFiles } from 'drizzle-orm/migrator';
import { migrate as applyMigrations } from 'drizzle-orm/postgres-js/migrator';
import { fromDrizzle } from 'pg-boss/dist/adapters/drizzle.js';
import { type Connection, connect, type Route } from './connect.ts';
import type { Database } from './database.ts';
import { queueSchema } from './queue.ts';

/** The advisory lock that a migrating process holds. Arbitrary, but the same in every version. */
const migrationLock = 7_378_243;

/** The directory of the SQL files when the sources run. */
const sourceMigrations = fileURLToPath(new URL('../migrations', import.meta.url));

/** Returns the creation time of the last migration in Unix milliseconds, which databases record when they apply it. */
export function getLatestMigration(folder = sourceMigrations): number {
  const latest = readMigrationFiles({ migrationsFolder: folder }).at(-1);
  if (!latest) throw new Error(`there are no migrations in ${folder}`);
  return latest.folderMillis;
}

/**
 * Migrates a database to this version: our tables, then the queue's. Concurrent processes take turns, and those after
 * the first find nothing left to do. Throws if a migration fails; ours are then rolled back.
 * @param folder the directory of the SQL files. The default is that of the sources; a bundle passes its own.
 */
export async function migrate(place: string | Route, folder = sourceMigrations): Promise<void> {
  // One connection, so that everything runs in the session that holds the lock; no statement timeout.
  const connection = connect(place, { max: 1, name: 'restage-migrate', statementTimeoutMs: 0 });
  try {
    if (await isCurrent(connection.sql, folder)) return;
    await connection.sql`select pg_advisory_lock(${migrationLock})`;
    await applyMigrations(connection.db, { migrationsFolder: folder });
    await migrateQueue(connection.db);
  } finally {
    await connection.close();
  }
}

/** Whether nothing is left to do: the usual case, checked without a lock. An existing queue migrates when it is opened. */
async function isCurrent(sql: Connection['sql'], folder: string): Promise<boolean> {
  const [tables] = await sql`
    select to_regclass('drizzle.__drizzle_migrations') is not null
      and to_regclass(${`${queueSchema}.version`}) is not null as there`;
  if (!tables?.there) return false;
  const [{ latest } = {}] =
    await sql`select max(created_at)::float8 as latest from drizzle.__drizzle_migrations`;
  return latest === getLatestMigration(folder);
}

/** pg-boss installs and migrates its schema when it starts; this instance does nothing else and stops at once. */
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
  let failure: unknown;
  boss.on('error', (error) => {
    failure = error;
  });
  try {
    await boss.start();
  } finally {
    await boss.stop();
  }
  if (failure !== undefined) throw failure;
}
