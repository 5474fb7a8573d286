import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failWith, isFailure } from '@restage/errors';
import { ensureAccessibleBinaries } from './accessible-binaries.ts';
import { locateBinaries } from './binaries.ts';
import {
  application,
  applicationUrl,
  type Cluster,
  cannotRun,
  dataDirectory,
  ensureCluster,
  readPassword,
  removeStaleStaging,
} from './cluster.ts';
import { describeOutput, type EmbeddedFailure, toEmbeddedFailure, unusable } from './failure.ts';
import { ensureLibraryLinks } from './library-links.ts';
import { acquireClusterLock, type ClusterLock } from './lock.ts';
import { chooseOsUser } from './os-user.ts';
import { type Guard, guardPostmaster } from './process/guard.ts';
import {
  findPostmaster,
  type LaunchedPostmaster,
  launchPostmaster,
  type Postmaster,
  removeStalePid,
  stopPostmaster,
} from './process/postmaster.ts';

/** A running embedded database that this process owns. */
export interface Embedded {
  readonly kind: 'ready';
  /** A URL with the plain role that owns the database `restage`. */
  readonly url: string;
  /** Shuts PostgreSQL down, closes open connections, and waits until it has ended. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** The directory of the database; created if it does not exist. */
  readonly directory: string;
  /** Receives messages for the operator, one line each. */
  readonly log: (line: string) => void;
  /** Default true. False, for tests, trades durability for speed. */
  readonly durable?: boolean;
}

/** How long a server may take to start, recover or finish stopping. */
const startTimeoutMs = 120_000;

/**
 * Starts an embedded PostgreSQL, which never outlives this process.
 * @returns the database, or why it can't start, as one line: `in-use` if another server uses the directory
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded | EmbeddedFailure> {
  const directory = resolve(options.directory);
  try {
    const cluster = await prepareCluster(directory, options.durable ?? true);
    if (isFailure(cluster)) return cluster;
    const owned = await startOwnedPostmaster(cluster, options.log);
    if (isFailure(owned)) return owned;
    const { lock, postmaster, guard } = owned;
    const stop = async () => {
      await lock.release(() => stopPostmaster(postmaster, cluster.data));
      await guard.release();
    };
    try {
      await removeStaleStaging(cluster);
      return { kind: 'ready', url: await ensureDatabase(cluster, lock, postmaster), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    return toEmbeddedFailure(error, directory);
  }
}

async function prepareCluster(directory: string, durable: boolean): Promise<Cluster | EmbeddedFailure> {
  const data = dataDirectory(directory);
  const located = locateBinaries();
  if (isFailure(located)) return located;
  const unlinked = await ensureLibraryLinks(located);
  if (unlinked) return unlinked;
  const osUser = await chooseOsUser(data);
  if (isFailure(osUser)) return osUser;
  const binaries = await ensureAccessibleBinaries(located, osUser);
  if (isFailure(binaries)) return binaries;
  const cluster = { directory, data, binaries, osUser, durable };
  return (await ensureCluster(cluster)) ?? cluster;
}

/**
 * Output of PostgreSQL for failures that a retry resolves: another start was first or replaced ours; remains of a
 * crash; a port that was just taken.
 */
const transientErrorPattern =
  /lock file "postmaster\.pid" (already exists|is empty)|received fast shutdown|bogus data in lock file|shared memory block|could not create any TCP/;

/** A running PostgreSQL that this process owns. */
interface OwnedPostmaster {
  readonly postmaster: Postmaster;
  readonly lock: ClusterLock;
  readonly guard: Guard;
}

/**
 * Starts or takes over a PostgreSQL until this process owns a running one. Several processes may try at once, and a
 * server may be starting or stopping: PostgreSQL's own interlock decides who runs, the cluster lock decides who owns.
 */
async function startOwnedPostmaster(
  cluster: Cluster,
  log: (line: string) => void,
): Promise<OwnedPostmaster | EmbeddedFailure> {
  const startedAt = Date.now();
  let launched: LaunchedPostmaster | undefined;
  let orphanPid: number | undefined;
  while (Date.now() < startedAt + startTimeoutMs) {
    const postmaster = await findPostmaster(cluster.data);
    if (postmaster?.isReady) {
      const lock = await acquireClusterLock(cluster, postmaster, log);
      if (lock === 'taken') {
        await launched?.guard?.release();
        return failWith('DATABASE_IN_USE', `Another Restage server is using ${cluster.directory}.`);
      }
      if (lock !== 'unready') {
        if (lock.startedAt >= startedAt) {
          const ours = launched?.pid === postmaster.pid ? launched.guard : undefined;
          if (!ours) await launched?.guard?.release();
          return { lock, postmaster, guard: ours ?? guardPostmaster(cluster, postmaster.pid) };
        }
        if (orphanPid === postmaster.pid) {
          // Left by a server that was killed, whose guard may be about to shut it down: never reuse it.
          log('Replacing the embedded PostgreSQL that was left running.');
          await lock.release(() => stopPostmaster(postmaster, cluster.data));
        } else {
          // A server that has just started it, or reconnects after a crash of it, gets to take the lock first.
          orphanPid = postmaster.pid;
          await lock.release();
          await sleep(1000);
        }
        continue;
      }
    }
    if (postmaster === undefined && launched === undefined) {
      launched = await launchPostmaster(cluster);
    }
    const ended = await Promise.race([sleep(20), ...(launched ? [launched.ended] : [])]);
    if (ended === undefined || launched === undefined) continue;
    await launched.guard?.release();
    if (typeof ended === 'string') return cannotRun(ended);

    const output = await launched.output();
    if (!transientErrorPattern.test(output))
      return await describeOutput('postgres', output, cluster.directory);
    launched = undefined;
    await removeStalePid(cluster.data);
    await sleep(200);
  }
  return unusable(
    `The embedded PostgreSQL in ${cluster.directory} is not ready after ${startTimeoutMs / 1000} s.`,
  );
}

async function ensureDatabase(cluster: Cluster, { sql }: ClusterLock, { port }: Postmaster): Promise<string> {
  const password = await readPassword(cluster);
  const [found] = await sql<[{ role: boolean; database: boolean }]>`
    select exists (select from pg_roles where rolname = ${application}) as role,
           exists (select from pg_database where datname = ${application}) as database`;
  // The password is base64url, made by us: it needs no quoting. CREATEDB lets the role clone databases for tests.
  if (!found.role) await sql.unsafe(`create role ${application} login createdb password '${password}'`);
  if (!found.database) await sql.unsafe(`create database ${application} owner ${application}`);
  return applicationUrl(password, port);
}
