import { resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { failWith, isFailure } from '@restage/errors';
import { locateBinaries } from './binaries.ts';
import { type Claim, claimCluster } from './claim.ts';
import {
  application,
  applicationUrl,
  type Cluster,
  cannotRun,
  dataDirectory,
  ensureCluster,
  readPassword,
  sweepStaged,
} from './cluster.ts';
import { type EmbeddedFailure, faultOf, faultOfOutput, unusable } from './fault.ts';
import { type Guard, guardPostmaster } from './guard.ts';
import { chooseIdentity } from './identity.ts';
import {
  findPostmaster,
  type Launched,
  launchPostmaster,
  type Postmaster,
  removeStalePid,
  stopPostmaster,
} from './postmaster.ts';
import { reachableBinaries } from './reach.ts';

/** A running embedded database that is this process's alone. */
export interface Embedded {
  /** Connects as the plain role that owns the database `restage`. */
  readonly url: string;
  /** Shuts PostgreSQL down, ending what connections there are, and waits for it. */
  stop(): Promise<void>;
}

export interface EmbeddedOptions {
  /** Where the database lives; made when it is not there. */
  readonly directory: string;
  /** Told, in a line each, what the operator may want to know. */
  readonly log: (line: string) => void;
  /** Default true. False, for tests, trades the safety of the data for speed. */
  readonly durable?: boolean;
}

/** Milliseconds for which a server may start, recover or finish stopping before we give up. */
const patience = 120_000;

/**
 * Starts a PostgreSQL of our own, which ends with this process at the latest.
 * @returns the database, or why there is none as one line: DATABASE_IN_USE when another server has the directory.
 */
export async function startEmbedded(options: EmbeddedOptions): Promise<Embedded | EmbeddedFailure> {
  const directory = resolve(options.directory);
  try {
    const cluster = await prepare(directory, options.durable ?? true);
    if (isFailure(cluster)) return cluster;
    const owned = await own(cluster, options.log);
    if (isFailure(owned)) return owned;
    const { claim, postmaster, guard } = owned;
    const stop = async () => {
      await claim.release(() => stopPostmaster(postmaster, cluster.data));
      await guard.release();
    };
    try {
      await sweepStaged(cluster);
      return { url: await ensureDatabase(cluster, claim, postmaster), stop };
    } catch (error) {
      await stop();
      throw error;
    }
  } catch (error) {
    return faultOf(error, directory);
  }
}

async function prepare(directory: string, durable: boolean): Promise<Cluster | EmbeddedFailure> {
  const data = dataDirectory(directory);
  const located = locateBinaries();
  if (isFailure(located)) return located;
  const identity = await chooseIdentity(data);
  if (isFailure(identity)) return identity;
  const binaries = await reachableBinaries(located, identity);
  if (isFailure(binaries)) return binaries;
  const cluster = { directory, data, binaries, identity, durable };
  return (await ensureCluster(cluster)) ?? cluster;
}

/**
 * What PostgreSQL says of troubles that pass: another start was first, or replaced ours; a crashed one's remains; a port
 * just taken.
 */
const passing =
  /lock file "postmaster\.pid" (already exists|is empty)|received fast shutdown|bogus data in lock file|shared memory block|could not create any TCP/;

/** A running server that is ours. */
interface Owned {
  readonly postmaster: Postmaster;
  readonly claim: Claim;
  readonly guard: Guard;
}

/**
 * Brings about a running server that is ours. Several processes may be at this at once, and a server may be on
 * its way up or down: who runs is decided by PostgreSQL's own interlock, whose it is by the claim.
 */
async function own(cluster: Cluster, log: (line: string) => void): Promise<Owned | EmbeddedFailure> {
  const began = Date.now();
  let launched: Launched | undefined;
  let stray: number | undefined;
  while (Date.now() < began + patience) {
    const postmaster = await findPostmaster(cluster.data);
    if (postmaster?.ready) {
      const claim = await claimCluster(cluster, postmaster, log);
      if (claim === 'taken') {
        await launched?.guard?.release();
        return failWith('DATABASE_IN_USE', `Another Restage server is using ${cluster.directory}.`);
      }
      if (claim !== 'unready') {
        if (claim.startedAt >= began) {
          const ours = launched?.pid === postmaster.pid ? launched.guard : undefined;
          if (!ours) await launched?.guard?.release();
          return { claim, postmaster, guard: ours ?? guardPostmaster(cluster, postmaster.pid) };
        }
        if (stray === postmaster.pid) {
          // Left by a server that was killed, whose guard may be about to shut it down: nothing is built on it.
          log('Replacing the embedded PostgreSQL that was left running.');
          await claim.release(() => stopPostmaster(postmaster, cluster.data));
        } else {
          // A server that has just started it, or lost its connections in a crash of it, gets to take hold first.
          stray = postmaster.pid;
          await claim.release();
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
    if (!passing.test(output)) return await faultOfOutput('postgres', output, cluster.directory);
    launched = undefined;
    await removeStalePid(cluster.data);
    await sleep(200);
  }
  return unusable(`The embedded PostgreSQL in ${cluster.directory} is not ready after ${patience / 1000} s.`);
}

async function ensureDatabase(cluster: Cluster, { sql }: Claim, { port }: Postmaster): Promise<string> {
  const password = await readPassword(cluster);
  const [found] = await sql<[{ role: boolean; database: boolean }]>`
    select exists (select from pg_roles where rolname = ${application}) as role,
           exists (select from pg_database where datname = ${application}) as database`;
  // The password is base64url, made by us: it needs no quoting. CREATEDB lets the role clone databases for tests.
  if (!found.role) await sql.unsafe(`create role ${application} login createdb password '${password}'`);
  if (!found.database) await sql.unsafe(`create database ${application} owner ${application}`);
  return applicationUrl(password, port);
}
