import type { Context } from '@restage/core';

/** Asks database, queue and blob store whether they answer. */
export async function checkReadiness(world: Context, checkQueue: () => Promise<void>) {
  const answered = async (check: Promise<unknown>) => {
    try {
      await check;
      return true;
    } catch (cause) {
      world.log.warn({ err: cause }, 'a readiness check failed');
      return false;
    }
  };
  const [database, queue, blobs] = await Promise.all([
    answered(world.db.execute('select 1')),
    answered(checkQueue()),
    answered(world.blobs.check()),
  ]);
  return { database, queue, blobs };
}
