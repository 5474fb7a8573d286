import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type Cluster, readPassword, superuser } from './cluster.ts';
import type { Postmaster } from './postmaster.ts';

/** The hold of this process on a cluster, and a superuser's connection to it. */
export interface Claim {
  readonly sql: postgres.Sql;
  /** When the server was started, in milliseconds since 1970. */
  readonly startedAt: number;
  /** Lets go, once `shutdown` has stopped the server: held to the end, so that nobody takes up one that is going down. */
  release(shutdown?: () => Promise<void>): Promise<void>;
}

/** Any number, the same in every version: the advisory lock in the database `postgres` that the owner holds. */
const ownersLock = 7_378_242;

/**
 * Takes the one advisory lock that says whose cluster this is, and keeps it as long as the process lives. The
 * lock ends with its connection, so a killed owner leaves no trace that a reused process number could confuse.
 * @returns `taken` when another process holds it, `unready` while the server starts, recovers or shuts down.
 */
export async function claimCluster(
  cluster: Pick<Cluster, 'data'>,
  postmaster: Postmaster,
  log: (line: string) => void,
): Promise<Claim | 'taken' | 'unready'> {
  let released = false;
  const sql = postgres({
    host: '127.0.0.1',
    port: postmaster.port,
    user: superuser,
    password: await readPassword(cluster),
    database: 'postgres',
    max: 1,
    connect_timeout: 5,
    // postgres.js renews its connections by age unless told otherwise, and the lock would go with the old one.
    max_lifetime: null,
    // In a crash of PostgreSQL, the first to ask once it is back takes the lock.
    backoff: () => 0.05,
    connection: { application_name: 'restage-owner' },
    onnotice: () => {},
    onclose: () => void retake(),
  });
  let held = false;
  let startedAt = 0;

  const take = async () => {
    const [row] = await sql<[{ taken: boolean; started: number }]>`
      select pg_try_advisory_lock(${ownersLock}) as taken,
        (extract(epoch from pg_postmaster_start_time()) * 1000)::float8 as started`;
    startedAt = row.started;
    return row.taken;
  };
  const release = async (shutdown?: () => Promise<void>) => {
    released = true;
    await shutdown?.();
    await sql.end({ timeout: 0 });
  };
  /** A crash inside PostgreSQL ends all connections: the lock must be taken again. */
  const retake = async () => {
    if (!held || released) return;
    held = false;
    log('The embedded PostgreSQL dropped its connections; taking hold of it again.');
    while (!released && !held) {
      await sleep(50);
      held = await take().catch(() => false);
    }
  };

  try {
    // A killed owner's connection is gone within milliseconds of it, yet perhaps after us.
    for (let attempt = 0; attempt < 5 && !held; attempt++) {
      if (attempt > 0) await sleep(100);
      held = await take();
    }
  } catch (error) {
    await release();
    if (isUnready(error)) return 'unready';
    throw error;
  }
  if (held) return { sql, startedAt, release };
  await release();
  return 'taken';
}

/** Refused, reset and closed connections, and PostgreSQL's 57P01–57P03: shutting down, crashed, not yet accepting. */
function isUnready(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ECONN|EPIPE|CONNECT|57P0[123])/.test(code);
}
