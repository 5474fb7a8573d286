import { requestLog } from '@restage/db';
import { lt } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { deleteInBatches } from '../retention/delete-in-batches.ts';

/** Deletes what is older than the log is kept. @returns how many rows */
export async function deleteOldRequests(ctx: Pick<Context, 'db' | 'settings' | 'now'>): Promise<number> {
  const { keepRequestsHours } = ctx.settings;
  if (keepRequestsHours === 0) return 0;
  const before = new Date(ctx.now() - keepRequestsHours * 3_600_000);
  return deleteInBatches(ctx.db, requestLog.sequence, lt(requestLog.at, before));
}
