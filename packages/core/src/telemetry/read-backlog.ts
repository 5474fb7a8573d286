import { generations, webhookDeliveries } from '@restage/db';
import { count, eq, inArray, min } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { activeStatuses } from '../generations/row.ts';

/** What the whole installation has yet to do. Ages are in seconds, and 0 without anything that waits. */
export interface Backlog {
  readonly inQueue: number;
  readonly processing: number;
  readonly oldestWaitingAge: number;
  readonly pendingWebhooks: number;
  readonly oldestPendingAge: number;
}

/** Reads the backlog from the indexes of what has not ended, however many jobs have. */
export async function readBacklog({ db, now }: Pick<Context, 'db' | 'now'>): Promise<Backlog> {
  const [jobs, [webhooks]] = await Promise.all([
    db
      .select({ status: generations.status, count: count(), oldest: min(generations.createdAt) })
      .from(generations)
      .where(inArray(generations.status, activeStatuses))
      .groupBy(generations.status),
    db
      .select({ count: count(), oldest: min(webhookDeliveries.createdAt) })
      .from(webhookDeliveries)
      .where(eq(webhookDeliveries.status, 'pending')),
  ]);
  const computeAge = (since: Date | null | undefined) =>
    since ? Math.max(0, (now() - since.getTime()) / 1000) : 0;
  const waiting = jobs.find(({ status }) => status === 'in_queue');
  return {
    inQueue: waiting?.count ?? 0,
    processing: jobs.find(({ status }) => status === 'processing')?.count ?? 0,
    oldestWaitingAge: computeAge(waiting?.oldest),
    pendingWebhooks: webhooks?.count ?? 0,
    oldestPendingAge: computeAge(webhooks?.oldest),
  };
}
