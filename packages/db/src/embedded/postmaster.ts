import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, dataArgument, spawnOptions } from './cluster.ts';
import { freePort } from './free-port.ts';
import { type Guard, guardPostmaster } from './guard.ts';
import { run } from './run.ts';

/** A running PostgreSQL server. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Whether it accepts connections; false while it starts, recovers or shuts down. */
  readonly ready: boolean;
}

/** A server that we have begun. */
export interface Launched {
  /** Absent where it could not be run. */
  readonly pid: number | undefined;
  readonly guard: Guard | undefined;
  /** Comes when it ends: with its exit code, or with the system's error code when it could not be run. */
  readonly ended: Promise<{ code: number | null } | string>;
  /** What was logged since. */
  readonly output: () => Promise<string>;
}

/** PostgreSQL's own log, in the cluster's directory: starts, stops and fatal errors. */
const logFile = (data: string) => join(data, '..', 'postgres.log');

/**
 * Finds the server that runs on a cluster, whoever started it: the one that `postmaster.pid` names, if that
 * process is PostgreSQL and works in this very directory. A stale file whose number is another process's now is none.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 1) || !(await isPostmaster(pid, data))) return undefined;
  return { pid, port: Number(lines[3]), ready: lines[7]?.trim() === 'ready' };
}

async function isPostmaster(pid: number, data: string): Promise<boolean> {
  if (process.platform === 'linux') {
    const program = await readlink(`/proc/${pid}/exe`).catch(() => '');
    const directory = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    return /^postgres( \(deleted\))?$/.test(basename(program)) && directory === (await realpath(data));
  }
  const listed = await run('ps', ['-p', String(pid), '-o', 'command=']);
  return typeof listed !== 'string' && listed.output.includes('postgres') && listed.output.includes(data);
}

/**
 * Starts PostgreSQL in a session of its own, so that Ctrl-C in our terminal does not reach it, with its output
 * in a file, so that it outlives us.
 */
export async function launchPostmaster(cluster: Cluster): Promise<Launched> {
  const log = await open(logFile(cluster.data), 'a', 0o600);
  try {
    // One start's worth of history is enough.
    if ((await log.stat()).size > 1_000_000) await log.truncate();
    const { size } = await log.stat();
    const program = join(cluster.binaries.directory, 'bin', 'postgres');
    const settings = Object.entries({
      ...modest,
      ...(cluster.durable ? {} : volatile),
      port: await freePort(),
    });
    const child = spawn(
      program,
      ['-D', dataArgument(cluster.data), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...spawnOptions(cluster), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    child.unref();
    // At once: whatever ends this process from here on, PostgreSQL does not outlive it.
    const guard = child.pid === undefined ? undefined : guardPostmaster(cluster, child.pid);
    const ended = once(child, 'exit').then(
      ([code]: unknown[]) => ({ code: typeof code === 'number' ? code : null }),
      (error: NodeJS.ErrnoException) => error.code ?? error.message,
    );
    return {
      pid: child.pid,
      guard,
      ended,
      output: async () => (await readFile(logFile(cluster.data))).subarray(size).toString(),
    };
  } finally {
    await log.close();
  }
}

/** Local, and modest: TCP on the loopback address alone, one client program. */
const modest = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  cluster_name: 'restage',
  max_connections: 100,
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  wal_level: 'minimal',
  max_wal_senders: 0,
  max_logical_replication_workers: 0,
  max_parallel_workers_per_gather: 0,
  io_method: 'sync',
  jit: 'off',
  huge_pages: 'off',
  // Errors of statements belong to their callers; this log keeps what befalls the server itself.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/** For tests: nothing needs to outlive the machine. */
const volatile = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: 300,
};

/**
 * Removes a `postmaster.pid` that PostgreSQL itself does not dare to: its number is a living process of the same
 * user, yet not PostgreSQL here. After a crash in a container, where numbers begin anew, that is no rare thing.
 */
export async function removeStalePid(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const found = await readFile(path, 'utf8').catch(() => undefined);
  if (found === undefined || (await findPostmaster(data))) return;
  const aside = `${path}.${randomBytes(6).toString('hex')}`;
  await rename(path, aside);
  // Another start may have put its own there in between: that one goes back.
  if ((await readFile(aside, 'utf8')) !== found) await link(aside, path);
  await rm(aside);
}

/** How a server is told to end, and after how many milliseconds: PostgreSQL's fast shutdown, its immediate one, by force. */
const shutdowns = [
  [0, 'SIGINT'],
  [20_000, 'SIGQUIT'],
  [30_000, 'SIGKILL'],
] as const;

/** Ends a server, and waits until it is gone. Where force is needed, the next start recovers. */
export async function stopPostmaster({ pid }: Postmaster, data: string): Promise<void> {
  const began = Date.now();
  for (let next = 0; await isPostmaster(pid, data); ) {
    const [after, name] = shutdowns[next] ?? [Number.POSITIVE_INFINITY, 'SIGKILL' as const];
    if (Date.now() - began >= after) {
      signalPostmaster(pid, name);
      next += 1;
    }
    await sleep(20);
  }
}

/** Signals a server; one that is gone already needs none. */
export function signalPostmaster(pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
