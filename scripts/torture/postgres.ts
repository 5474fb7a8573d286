import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect } from '../../packages/db/src/connect.ts';
import { type Embedded, startEmbedded } from '../../packages/db/src/embedded/index.ts';
import { migrate } from '../../packages/db/src/migrate.ts';
import { isFailure } from '../../packages/errors/src/index.ts';

/** The PostgreSQL of a run: durable, as in production, since what it has committed must outlive its crashes. */
export interface Postgres {
  /** Where it listens now; each start has a port of its own. */
  url(): string;
  port(): number;
  /** Shuts down fast, and starts again. */
  restart(): Promise<void>;
  /** Ends without a shutdown, and recovers. */
  crash(): Promise<void>;
  /** Kills one of its processes, as an operating system short of memory would: PostgreSQL then recovers by itself. */
  killBackend(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a directory, with a migrated database. */
export async function openPostgres(directory: string): Promise<Postgres> {
  let embedded = await start(directory);
  await migrate(embedded.url);
  const url = () => embedded.url;
  return {
    url,
    port: () => Number(new URL(embedded.url).port),
    async restart() {
      await embedded.stop();
      embedded = await start(directory);
    },
    async crash() {
      process.kill(await postmasterOf(directory), 'SIGQUIT');
      await embedded.stop();
      embedded = await start(directory);
    },
    async killBackend() {
      const { sql, close } = connect(embedded.url, { max: 1, name: 'torture' });
      const [backend] = await sql<{ pid: number }[]>`
        select pid from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() order by random() limit 1`;
      await close();
      if (backend) process.kill(backend.pid, 'SIGKILL');
      await untilReachable(embedded.url);
    },
    stop: () => embedded.stop(),
  };
}

async function start(directory: string): Promise<Embedded> {
  const embedded = await startEmbedded({ directory, log: () => {} });
  if (isFailure(embedded)) throw new Error(embedded.message);
  return embedded;
}

/** Waits until PostgreSQL has noticed that it lost a process, and has recovered. */
async function untilReachable(url: string): Promise<void> {
  for (const deadline = Date.now() + 60_000; ; ) {
    await sleep(500);
    const { sql, close } = connect(url, { max: 1, name: 'torture' });
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

/** The process that PostgreSQL's own file names: its first line is a number. */
async function postmasterOf(directory: string): Promise<number> {
  const text = await readFile(join(directory, 'cluster', 'data', 'postmaster.pid'), 'utf8');
  return Number.parseInt(text, 10);
}
