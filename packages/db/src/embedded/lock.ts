import { setTimeout as sleep } from 'node:timers/promises';
import postgres from 'postgres';
import { type Cluster, readPassword, superuser } from './cluster.ts';
import type { Postmaster } from './process/postmaster.ts';

/** This process's lock on a cluster, and a superuser's connection to it. */
export interface ClusterLock {
  readonly sql: postgres.Sql;
  /** When PostgreSQL was started, in Unix milliseconds. */
  readonly startedAt: number;
  /** Releases the lock after `shutdown` has stopped PostgreSQL, so that nobody takes over a server that is stopping. */
  release(shutdown?: () => Promise<void>): Promise<void>;
}

/** The advisory lock in the database `postgres` that the owner holds. Arbitrary, but the same in every version. */
const ownerLockId = 7_378_242;

/**
 * Takes the advisory lock of the cluster's owner, and keeps it as long as the process lives. The lock ends with its
 * connection, so a killed owner leaves nothing that a reused process id could confuse.
 * @returns `taken` if another process holds it, `unready` while PostgreSQL starts, recovers or shuts down
 */
export async function acquireClusterLock(
  cluster: Pick<Cluster, 'data'>,
  postmaster: Postmaster,
  log: (line: string) => void,
): Promise<ClusterLock | 'taken' | 'unready'> {
  let isReleased = false;
  const sql = postgres({
    host: '127.0.0.1',
    port: postmaster.port,
    user: superuser,
    password: await readPassword(cluster),
    database: 'postgres',
    max: 1,
    connect_timeout: 5,
    // By default postgres.js replaces old connections, and the lock would end with the old one.
    max_lifetime: null,
    // After a crash of PostgreSQL, the first to connect takes the lock.
    backoff: () => 0.05,
    connection: { application_name: 'restage-owner' },
    onnotice: () => {},
    onclose: () => void retake(),
  });
  let isHeld = false;
  let startedAt = 0;

  const take = async () => {
    const [row] = await sql<[{ taken: boolean; started: number }]>`
      select pg_try_advisory_lock(${ownerLockId}) as taken,
        (extract(epoch from pg_postmaster_start_time()) * 1000)::float8 as started`;
    startedAt = row.started;
    return row.taken;
  };
  const release = async (shutdown?: () => Promise<void>) => {
    isReleased = true;
    await shutdown?.();
    await sql.end({ timeout: 0 });
  };
  /** A crash inside PostgreSQL closes all connections: the lock must be taken again. */
  const retake = async () => {
    if (!isHeld || isReleased) return;
    isHeld = false;
    log('The embedded PostgreSQL dropped its connections; taking its lock again.');
    while (!isReleased && !isHeld) {
      await sleep(50);
      isHeld = await take().catch(() => false);
    }
  };

  try {
    // The connection of a killed owner ends milliseconds later, which may be after this call.
    for (let attempt = 0; attempt < 5 && !isHeld; attempt++) {
      if (attempt > 0) await sleep(100);
      isHeld = await take();
    }
  } catch (error) {
    await release();
    if (isUnready(error)) return 'unready';
    throw error;
  }
  if (isHeld) return { sql, startedAt, release };
  await release();
  return 'taken';
}

/** Refused, reset and closed connections, and PostgreSQL's 57P01–57P03: shutting down, crashed, not yet accepting. */
function isUnready(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^(ECONN|EPIPE|CONNECT|57P0[123])/.test(code);
}
