import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { dataDirectory } from '../../src/embedded/cluster.ts';
import { startEmbedded } from '../../src/embedded/index.ts';
import { acquireClusterLock } from '../../src/embedded/lock.ts';
import {
  findPostmaster,
  type Postmaster,
  signalPostmaster,
  stopPostmaster,
} from '../../src/embedded/process/postmaster.ts';
import { migrate } from '../../src/migrate.ts';

/** A PostgreSQL server for one test run, with a migrated template database that test files clone. */
export interface TestCluster {
  /** The URL of the template. Tests never connect to it: a database with connections can't be cloned. */
  readonly templateUrl: string;
  stop(): Promise<void>;
}

const prefix = 'restage-test-';

export interface TestClusterOptions {
  /** Whether commits wait for the disk, as in production; default false. */
  readonly durable?: boolean;
}

/** Starts a PostgreSQL in the temporary directory, and migrates its template. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  await removeAbandonedClusters();
  const directory = join(tmpdir(), `${prefix}${randomBytes(6).toString('hex')}`);
  await mkdir(directory, { mode: 0o700 });
  const embedded = await startEmbedded({ directory, durable: options.durable ?? false, log: () => {} });
  if (isFailure(embedded)) throw new Error(embedded.message);
  const postmaster = await findPostmaster(dataDirectory(directory));
  // On Ctrl-C vitest calls process.exit without a teardown.
  const onExit = () => stopAndRemoveSync(directory, postmaster);
  process.once('exit', onExit);
  const stop = async () => {
    process.off('exit', onExit);
    await embedded.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    await migrate(embedded.url);
    return { templateUrl: embedded.url, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Stops and removes a cluster synchronously, when the process exits. */
function stopAndRemoveSync(directory: string, postmaster: Postmaster | undefined): void {
  if (postmaster !== undefined) signalPostmaster(postmaster.pid, 'SIGQUIT');
  // PostgreSQL writes files while it stops, so a removal may be incomplete. The next run removes the rest.
  for (let attempt = 0; attempt < 20 && existsSync(directory); attempt++) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 25 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
  }
}

/** Removes clusters that killed runs left in the temporary directory. A running one is locked by its owner. */
async function removeAbandonedClusters(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(tmpdir(), name);
    const stats = await stat(directory).catch(() => undefined);
    // Skips those of other users, and new ones, which may not be locked yet.
    if (stats === undefined || stats.uid !== process.getuid?.() || Date.now() - stats.mtimeMs < 60_000)
      continue;
    if (await isAbandoned(directory)) await rm(directory, { recursive: true, force: true });
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  const data = dataDirectory(directory);
  const postmaster = await findPostmaster(data);
  if (postmaster === undefined) return true;
  const lock = await acquireClusterLock({ data }, postmaster, () => {});
  if (typeof lock === 'string') return false;
  await lock.release(() => stopPostmaster(postmaster, data));
  return true;
}
