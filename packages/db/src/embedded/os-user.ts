import { stat } from 'node:fs/promises';
import { type EmbeddedFailure, unusable } from './failure.ts';
import { run } from './process/run.ts';

/** The OS user that PostgreSQL runs as when this process is root, which PostgreSQL refuses to run as. */
export interface OsUser {
  readonly uid: number;
  readonly gid: number;
}

/** The OS user that is created if the machine has no `postgres` user. */
const restageUser = 'restage';

/**
 * Chooses the OS user that runs PostgreSQL.
 * @param data the cluster's data directory; the owner of an existing one must run it
 * @returns `undefined` if this process is not root, and runs PostgreSQL as its own user
 */
export async function chooseOsUser(data: string): Promise<OsUser | undefined | EmbeddedFailure> {
  if (process.geteuid?.() !== 0) return undefined;
  if (process.platform !== 'linux') {
    return unusable(
      'As root the embedded PostgreSQL runs on Linux only. Start Restage as an ordinary user, or set DATABASE_URL.',
    );
  }
  const owner = await stat(data).catch(() => undefined);
  if (owner !== undefined) return { uid: owner.uid, gid: owner.gid };

  const existing = (await findOsUser('postgres')) ?? (await findOsUser(restageUser));
  if (existing !== undefined) return existing;
  await run('useradd', [
    '--system',
    '--user-group',
    '--no-create-home',
    '--shell',
    '/bin/false',
    restageUser,
  ]);
  return (
    (await findOsUser(restageUser)) ??
    unusable(
      `PostgreSQL does not run as root, and no OS user could be created for it. Create one named ${restageUser}, start Restage as an ordinary user, or set DATABASE_URL.`,
    )
  );
}

async function findOsUser(name: string): Promise<OsUser | undefined> {
  const uid = await run('id', ['-u', name]);
  const gid = await run('id', ['-g', name]);
  if (typeof uid === 'string' || typeof gid === 'string' || uid.code !== 0 || gid.code !== 0)
    return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}
