import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import type { Binaries } from './binaries.ts';
import { describeOutput, type EmbeddedFailure, unusable } from './failure.ts';
import type { OsUser } from './os-user.ts';
import { run } from './process/run.ts';

/** The paths of an embedded database, the OS user that runs it, and the programs it runs. */
export interface Cluster {
  /** The directory that the caller named; it contains everything else. */
  readonly directory: string;
  /** PostgreSQL's own data directory. */
  readonly data: string;
  readonly binaries: Binaries;
  readonly osUser: OsUser | undefined;
  /** Off for tests only: a crash of the machine then loses the data. */
  readonly durable: boolean;
}

/** The superuser that `initdb` creates. The server itself connects as a plain role. */
export const superuser = 'postgres';

/**
 * The argument of `-D`. On Linux this is the magic link of the working directory: PostgreSQL then never walks the path,
 * so the cluster may be inside a directory, such as /root, that its OS user can't enter.
 */
export const dataArgument = (data: string) => (process.platform === 'linux' ? '/proc/self/cwd' : data);

/** Options for spawning PostgreSQL's programs: in the cluster, as its OS user, without our environment. */
export const spawnOptions = ({ data, osUser }: Pick<Cluster, 'data' | 'osUser'>) => ({
  cwd: data,
  env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  ...osUser,
});

/** The name of the role that the server connects as, and of the database that it owns. */
export const application = 'restage';

/** The URL of the server's database, without TLS whatever the environment says about other databases. */
export const applicationUrl = (password: string, port: number) =>
  `postgres://${application}:${password}@127.0.0.1:${port}/${application}?sslmode=disable`;

/** PostgreSQL's data directory inside the directory that the caller named. */
export const dataDirectory = (directory: string) => join(directory, 'cluster', 'data');

const passwordFile = (data: string) => join(data, '..', 'password');

/** The password of the superuser and of the server's role. */
export const readPassword = async ({ data }: Pick<Cluster, 'data'>) =>
  (await readFile(passwordFile(data), 'utf8')).trim();

/**
 * Creates the cluster if there is none: in a staging directory that is moved into place once complete, so that a start
 * that was killed leaves no partial cluster, and one of two concurrent first starts wins.
 */
export async function ensureCluster(cluster: Cluster): Promise<EmbeddedFailure | undefined> {
  const version = await readClusterVersion(cluster);
  const { major } = cluster.binaries;
  if (version !== undefined && version.trim() !== major) {
    return unusable(
      `The database in ${cluster.directory} was created by PostgreSQL ${version.trim()}, but this version of Restage includes PostgreSQL ${major}. Move its data with pg_dump, or set DATABASE_URL.`,
    );
  }
  if (version !== undefined) return undefined;

  await mkdir(cluster.directory, { recursive: true });
  const staging = join(cluster.directory, `new-${randomBytes(6).toString('hex')}`);
  try {
    const fault = await initializeCluster({ ...cluster, data: join(staging, 'data') });
    if (isFailure(fault)) return fault;
    await rename(staging, join(cluster.directory, 'cluster')).catch(async (error: unknown) => {
      if ((await readClusterVersion(cluster)) === undefined) throw error;
    });
    return undefined;
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Reads the major version of PostgreSQL that created the cluster; undefined if there is none. */
async function readClusterVersion({ data }: Cluster): Promise<string | undefined> {
  try {
    return await readFile(join(data, 'PG_VERSION'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function initializeCluster(cluster: Cluster): Promise<EmbeddedFailure | undefined> {
  const { data, osUser, binaries } = cluster;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const password = passwordFile(data);
  await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  if (osUser !== undefined) {
    for (const path of [data, password]) await chown(path, osUser.uid, osUser.gid);
  }
  const handle = await open(password);
  try {
    const outcome = await run(
      join(binaries.directory, 'bin', 'initdb'),
      [
        `--pgdata=${dataArgument(data)}`,
        `--username=${superuser}`,
        '--pwfile=/dev/stdin',
        '--auth=scram-sha-256',
        '--encoding=UTF8',
        '--locale=C',
        '--locale-provider=builtin',
        '--builtin-locale=C.UTF-8',
        '--no-instructions',
        ...(cluster.durable ? [] : ['--no-sync']),
      ],
      { ...spawnOptions(cluster), stdio: [handle.fd, 'pipe', 'pipe'] },
    );
    if (typeof outcome === 'string') return cannotRun(outcome);
    if (outcome.code !== 0) return await describeOutput('initdb', outcome.output, cluster.directory);
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The error for programs that the system can't run; `ENOENT` for a file that exists means another libc. */
export const cannotRun = (code: string) =>
  unusable(
    `The embedded PostgreSQL can't be run on this machine (${code}); on Linux it needs glibc. Set DATABASE_URL to a PostgreSQL of your own.`,
  );

/** Removes staging directories of first starts that were killed: those older than ten minutes. */
export async function removeStaleStaging({ directory }: Cluster): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('new-')) continue;
    const path = join(directory, name);
    const stats = await stat(path).catch(() => undefined);
    if (stats !== undefined && Date.now() - stats.mtimeMs > 600_000)
      await rm(path, { recursive: true, force: true });
  }
}
