import type { Context } from '@restage/core';

/** Checks whether database, queue and blob store respond. */
export async function checkReadiness(
  { db, blobs, log }: Pick<Context, 'db' | 'blobs' | 'log'>,
  checkQueue: () => Promise<void>,
) {
  const passes = async (name: string, check: Promise<unknown>) => {
    try {
      await check;
      return true;
    } catch (error) {
      log.warn({ err: error, check: name }, 'readiness_check_failed');
      return false;
    }
  };
  const [database, queue, blobStore] = await Promise.all([
    passes('database', db.execute('select 1')),
    passes('queue', checkQueue()),
    passes('blobs', blobs.check()),
  ]);
  return { database, queue, blobs: blobStore };
}
