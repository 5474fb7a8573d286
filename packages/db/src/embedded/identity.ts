import { stat } from 'node:fs/promises';
import { type EmbeddedFailure, unusable } from './fault.ts';
import { run } from './run.ts';

/** The OS user that PostgreSQL runs as when we are root, which PostgreSQL refuses to be. */
export interface Identity {
  readonly uid: number;
  readonly gid: number;
}

/** An OS user of this name is made when the machine has no `postgres` user. */
const ownUser = 'restage';

/**
 * Says whom to run PostgreSQL as.
 * @param data the cluster's data directory; whoever owns an existing one must run it.
 * @returns `undefined` when we are an ordinary user and simply run it ourselves.
 */
export async function chooseIdentity(data: string): Promise<Identity | undefined | EmbeddedFailure> {
  if (process.geteuid?.() !== 0) return undefined;
  if (process.platform !== 'linux') {
    return unusable(
      'As root the embedded PostgreSQL runs on Linux only. Start Restage as an ordinary user, or set DATABASE_URL.',
    );
  }
  const owner = await stat(data).catch(() => undefined);
  if (owner !== undefined) return { uid: owner.uid, gid: owner.gid };

  const present = (await lookUp('postgres')) ?? (await lookUp(ownUser));
  if (present !== undefined) return present;
  await run('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/bin/false', ownUser]);
  return (
    (await lookUp(ownUser)) ??
    unusable(
      `PostgreSQL does not run as root, and no OS user could be made for it. Make one named ${ownUser}, start Restage as an ordinary user, or set DATABASE_URL.`,
    )
  );
}

async function lookUp(name: string): Promise<Identity | undefined> {
  const uid = await run('id', ['-u', name]);
  const gid = await run('id', ['-g', name]);
  if (typeof uid === 'string' || typeof gid === 'string' || uid.code !== 0 || gid.code !== 0)
    return undefined;
  return { uid: Number(uid.output), gid: Number(gid.output) };
}
