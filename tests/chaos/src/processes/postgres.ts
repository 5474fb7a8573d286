import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect, migrate } from '@restage/db';
import { type Embedded, startEmbedded } from '@restage/db/embedded';
import { isFailure } from '@restage/errors';

/** The PostgreSQL of a run. It is durable as in production: what it has committed must survive its crashes. */
export interface Postgres {
  /** Its current URL; the port changes with each start. */
  url(): string;
  port(): number;
  /** Shuts down fast and starts again. */
  restart(): Promise<void>;
  /** Exits without a shutdown, starts again and recovers. */
  crash(): Promise<void>;
  /** Kills one of its processes, as the out-of-memory killer would; PostgreSQL then recovers by itself. */
  killBackend(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a directory and migrates its database. */
export async function startPostgres(directory: string): Promise<Postgres> {
  let embedded = await startCluster(directory);
  await migrate(embedded.url);
  const url = () => embedded.url;
  return {
    url,
    port: () => Number(new URL(embedded.url).port),
    async restart() {
      await embedded.stop();
      embedded = await startCluster(directory);
    },
    async crash() {
      process.kill(await readPostmasterPid(directory), 'SIGQUIT');
      await embedded.stop();
      embedded = await startCluster(directory);
    },
    async killBackend() {
      const { sql, close } = connect(embedded.url, { max: 1, name: 'chaos' });
      while (!(await killAnyBackend(sql)));
      await close();
      await waitUntilReachable(embedded.url);
    },
    stop: () => embedded.stop(),
  };
}

/** @returns false if there was none, or it ended by itself before that */
async function killAnyBackend(sql: Connection['sql']): Promise<boolean> {
  const [backend] = await sql<{ pid: number }[]>`
    select pid from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`;
  try {
    return backend !== undefined && process.kill(backend.pid, 'SIGKILL');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ESRCH') return false;
    throw error;
  }
}

async function startCluster(directory: string): Promise<Embedded> {
  const embedded = await startEmbedded({ directory, log: () => {} });
  if (isFailure(embedded)) throw new Error(embedded.message);
  return embedded;
}

/** Waits until PostgreSQL has noticed the lost process and recovered. */
async function waitUntilReachable(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; ) {
    await sleep(500);
    const { sql, close } = connect(url, { max: 1, name: 'chaos' });
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (Date.now() > deadline) throw error;
    } finally {
      await close();
    }
  }
}

/** Reads the process id from the first line of PostgreSQL's pid file. */
async function readPostmasterPid(directory: string): Promise<number> {
  const text = await readFile(join(directory, 'cluster', 'data', 'postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}
