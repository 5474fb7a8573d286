import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { link, open, readFile, readlink, realpath, rename, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, dataArgument, spawnOptions } from '../cluster.ts';
import { freePort } from './free-port.ts';
import { type Guard, guardPostmaster } from './guard.ts';
import { run } from './run.ts';

/** A running PostgreSQL server. */
export interface Postmaster {
  readonly pid: number;
  readonly port: number;
  /** Whether it accepts connections; false while it starts, recovers or shuts down. */
  readonly isReady: boolean;
}

/** A PostgreSQL server that this process launched. */
export interface LaunchedPostmaster {
  /** Undefined if it could not be run. */
  readonly pid: number | undefined;
  readonly guard: Guard | undefined;
  /** Resolves when it ends: with its exit code, or with the system's error code if it could not be run. */
  readonly ended: Promise<{ code: number | null } | string>;
  /** Reads what it has logged since it was launched. */
  readonly output: () => Promise<string>;
}

/** PostgreSQL's own log, in the cluster's directory: starts, stops and fatal errors. */
const logFile = (data: string) => join(data, '..', 'postgres.log');

/**
 * Finds the PostgreSQL server that runs on a cluster, whichever process started it: the one that `postmaster.pid` names,
 * if that process is PostgreSQL and its working directory is this one. Ignores a stale file whose pid was reused.
 */
export async function findPostmaster(data: string): Promise<Postmaster | undefined> {
  // Lines: pid, data directory, start time, port, socket directory, address, shared memory, status.
  const lines = (await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => '')).split('\n');
  const pid = Number(lines[0]);
  if (!(pid > 1) || !(await isPostmaster(pid, data))) return undefined;
  return { pid, port: Number(lines[3]), isReady: lines[7]?.trim() === 'ready' };
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
 * Starts PostgreSQL in its own session, so that Ctrl-C in the terminal does not reach it, and with its output in a file,
 * so that it does not depend on this process.
 */
export async function launchPostmaster(cluster: Cluster): Promise<LaunchedPostmaster> {
  const log = await open(logFile(cluster.data), 'a', 0o600);
  try {
    // The history of one start is enough.
    if ((await log.stat()).size > 1_000_000) await log.truncate();
    const { size } = await log.stat();
    const program = join(cluster.binaries.directory, 'bin', 'postgres');
    const settings = Object.entries({
      ...baseSettings,
      ...(cluster.durable ? {} : testSettings),
      port: await freePort(),
    });
    const child = spawn(
      program,
      ['-D', dataArgument(cluster.data), ...settings.flatMap(([name, value]) => ['-c', `${name}=${value}`])],
      { ...spawnOptions(cluster), detached: true, stdio: ['ignore', log.fd, log.fd] },
    );
    child.unref();
    // At once: from here on, PostgreSQL never outlives this process.
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

/** Settings for a local server with one client program: TCP on the loopback address only, little memory. */
const baseSettings = {
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
  // Callers report errors of statements; this log is for the server itself.
  log_min_messages: 'log',
  log_checkpoints: 'off',
};

/** Settings for tests, whose data need not survive a crash of the machine. */
const testSettings = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  autovacuum: 'off',
  max_connections: 300,
};

/**
 * Removes a `postmaster.pid` that PostgreSQL itself keeps: its pid is a running process of the same user, but not this
 * PostgreSQL. That is common after a crash in a container, where pids start again from 1.
 */
export async function removeStalePid(data: string): Promise<void> {
  const path = join(data, 'postmaster.pid');
  const content = await readFile(path, 'utf8').catch(() => undefined);
  if (content === undefined || (await findPostmaster(data))) return;
  const renamed = `${path}.${randomBytes(6).toString('hex')}`;
  await rename(path, renamed);
  // Another start may have written its own file in between: restore that one.
  if ((await readFile(renamed, 'utf8')) !== content) await link(renamed, path);
  await rm(renamed);
}

/** The signals that stop a server, and after how many milliseconds: fast shutdown, immediate shutdown, kill. */
const shutdownSteps = [
  [0, 'SIGINT'],
  [20_000, 'SIGQUIT'],
  [30_000, 'SIGKILL'],
] as const;

/** Stops a server, and waits until it has ended. If it had to be killed, the next start recovers. */
export async function stopPostmaster({ pid }: Postmaster, data: string): Promise<void> {
  const startedAt = Date.now();
  for (let next = 0; await isPostmaster(pid, data); ) {
    const [after, name] = shutdownSteps[next] ?? [Number.POSITIVE_INFINITY, 'SIGKILL' as const];
    if (Date.now() - startedAt >= after) {
      signalPostmaster(pid, name);
      next += 1;
    }
    await sleep(20);
  }
}

/** Sends a signal to a server; does nothing if it has ended. */
export function signalPostmaster(pid: number, name: 'SIGINT' | 'SIGQUIT' | 'SIGKILL'): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
