import { randomBytes } from 'node:crypto';
import { chown, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isFailure } from '@restage/errors';
import type { Binaries } from './binaries.ts';
import { type EmbeddedFailure, faultOfOutput, unusable } from './fault.ts';
import type { Identity } from './identity.ts';
import { run } from './run.ts';

/** Where the parts of an embedded database lie, and who runs it with what. */
export interface Cluster {
  /** What the caller named; it holds everything else. */
  readonly directory: string;
  /** PostgreSQL's own data directory. */
  readonly data: string;
  readonly binaries: Binaries;
  readonly identity: Identity | undefined;
  /** Off for tests only: a crash of the machine then loses the data. */
  readonly durable: boolean;
}

/** The superuser that `initdb` makes. The server itself connects as a plain role. */
export const superuser = 'postgres';

/**
 * What `-D` is given. On Linux it is the working directory by its magic link: PostgreSQL then never walks the
 * path, so the cluster may lie behind a directory, like /root, that its OS user can't enter.
 */
export const dataArgument = (data: string) => (process.platform === 'linux' ? '/proc/self/cwd' : data);

/** How PostgreSQL's programs are spawned: in the cluster, as its user, free of our environment. */
export const spawnOptions = ({ data, identity }: Pick<Cluster, 'data' | 'identity'>) => ({
  cwd: data,
  env: { PATH: process.env.PATH, LC_ALL: 'C', TZ: 'UTC' },
  ...identity,
});

/** The name of the server's role, and of the database that it owns. */
export const application = 'restage';

/** Connects to the server's database as its role; plainly, whatever the environment asks of other databases. */
export const applicationUrl = (password: string, port: number) =>
  `postgres://${application}:${password}@127.0.0.1:${port}/${application}?sslmode=disable`;

/** The cluster's directory, named for its place in the caller's. */
export const dataDirectory = (directory: string) => join(directory, 'cluster', 'data');

const passwordFile = (data: string) => join(data, '..', 'password');

/** The password of the superuser and of the server's role. */
export const readPassword = async ({ data }: Pick<Cluster, 'data'>) =>
  (await readFile(passwordFile(data), 'utf8')).trim();

/**
 * Makes the cluster where there is none: in a directory of its own that is moved into place when it is whole,
 * so that a start which was killed leaves no half of one, and of two first starts one wins.
 */
export async function ensureCluster(cluster: Cluster): Promise<EmbeddedFailure | undefined> {
  const made = await versionOf(cluster);
  const { major } = cluster.binaries;
  if (made !== undefined && made.trim() !== major) {
    return unusable(
      `The database in ${cluster.directory} was made by PostgreSQL ${made.trim()}, and this version of Restage brings PostgreSQL ${major}. Move its data with pg_dump, or set DATABASE_URL.`,
    );
  }
  if (made !== undefined) return undefined;

  await mkdir(cluster.directory, { recursive: true });
  const staged = join(cluster.directory, `new-${randomBytes(6).toString('hex')}`);
  try {
    const failure = await initialise({ ...cluster, data: join(staged, 'data') });
    if (isFailure(failure)) return failure;
    await rename(staged, join(cluster.directory, 'cluster')).catch(async (error: unknown) => {
      if ((await versionOf(cluster)) === undefined) throw error;
    });
    return undefined;
  } finally {
    await rm(staged, { recursive: true, force: true });
  }
}

/** The major version of PostgreSQL that made the cluster; undefined when there is none. */
async function versionOf({ data }: Cluster): Promise<string | undefined> {
  try {
    return await readFile(join(data, 'PG_VERSION'), 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
}

async function initialise(cluster: Cluster): Promise<EmbeddedFailure | undefined> {
  const { data, identity, binaries } = cluster;
  await mkdir(data, { recursive: true, mode: 0o700 });
  const password = passwordFile(data);
  await writeFile(password, `${randomBytes(24).toString('base64url')}\n`, { mode: 0o600, flush: true });
  if (identity !== undefined) {
    for (const path of [data, password]) await chown(path, identity.uid, identity.gid);
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
    if (outcome.code !== 0) return await faultOfOutput('initdb', outcome.output, cluster.directory);
    return undefined;
  } finally {
    await handle.close();
  }
}

/** The failure for programs that the system won't run; `ENOENT` for a file that is there means a foreign libc. */
export const cannotRun = (code: string) =>
  unusable(
    `The embedded PostgreSQL can't be run on this machine (${code}); on Linux it needs glibc. Set DATABASE_URL to a PostgreSQL of your own.`,
  );

/** Removes what first starts that were killed left behind: staged clusters older than ten minutes. */
export async function sweepStaged({ directory }: Cluster): Promise<void> {
  for (const name of await readdir(directory)) {
    if (!name.startsWith('new-')) continue;
    const path = join(directory, name);
    const made = await stat(path).catch(() => undefined);
    if (made !== undefined && Date.now() - made.mtimeMs > 600_000)
      await rm(path, { recursive: true, force: true });
  }
}
