import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import { claimCluster } from '../embedded/claim.ts';
import { dataDirectory } from '../embedded/cluster.ts';
import { startEmbedded } from '../embedded/index.ts';
import { findPostmaster, type Postmaster, signalPostmaster, stopPostmaster } from '../embedded/postmaster.ts';
import { migrate } from '../migrate.ts';

/** A PostgreSQL for one run of tests, with a migrated database that test files clone. */
export interface TestCluster {
  /** Connects to the template; a test never does, or nobody could clone it. */
  readonly templateUrl: string;
  stop(): Promise<void>;
}

const prefix = 'restage-test-';

export interface TestClusterOptions {
  /** Whether a commit waits until it is on disk, as in production; default false, for tests. */
  readonly durable?: boolean;
}

/** Starts the PostgreSQL of a run in the temporary directory, and migrates its template. */
export async function startTestCluster(options: TestClusterOptions = {}): Promise<TestCluster> {
  await sweep();
  const directory = join(tmpdir(), `${prefix}${randomBytes(6).toString('hex')}`);
  await mkdir(directory, { mode: 0o700 });
  const embedded = await startEmbedded({ directory, durable: options.durable ?? false, log: () => {} });
  if (isFailure(embedded)) throw new Error(embedded.message);
  const postmaster = await findPostmaster(dataDirectory(directory));
  // Ctrl-C ends vitest without a teardown, by process.exit.
  const onExit = () => abandon(directory, postmaster);
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

/** Ends and removes a cluster in the last moment of the process, when nothing can be awaited any more. */
function abandon(directory: string, postmaster: Postmaster | undefined): void {
  if (postmaster !== undefined) signalPostmaster(postmaster.pid, 'SIGQUIT');
  // What PostgreSQL still writes while it ends makes a removal fall short. The next run's sweep has the last word.
  for (let attempt = 0; attempt < 20 && existsSync(directory); attempt++) {
    rmSync(directory, { recursive: true, force: true, maxRetries: 3, retryDelay: 25 });
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 25);
  }
}

/** Removes what killed runs left in the temporary directory. A run that is alive holds its cluster, and keeps it. */
async function sweep(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(prefix)) continue;
    const directory = join(tmpdir(), name);
    const made = await stat(directory).catch(() => undefined);
    // Another user's is not ours to judge, and one just made may not have got as far as holding its cluster.
    if (made === undefined || made.uid !== process.getuid?.() || Date.now() - made.mtimeMs < 60_000) continue;
    if (await isAbandoned(directory)) await rm(directory, { recursive: true, force: true });
  }
}

async function isAbandoned(directory: string): Promise<boolean> {
  const data = dataDirectory(directory);
  const postmaster = await findPostmaster(data);
  if (postmaster === undefined) return true;
  const claim = await claimCluster({ data }, postmaster, () => {});
  if (typeof claim === 'string') return false;
  await claim.release(() => stopPostmaster(postmaster, data));
  return true;
}
