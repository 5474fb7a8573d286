import { setTimeout as sleep } from 'node:timers/promises';
import { type Connection, connect } from '@restage/db';
import { selectOpenTasks } from './snapshot.ts';

/** Waits until every job and webhook is finished and the queue is empty; gives up after `timeoutMs`. */
export async function waitForJobsAndWebhooks(databaseUrl: string, timeoutMs: number): Promise<void> {
  await waitUntilEmpty(
    databaseUrl,
    timeoutMs,
    (sql) => sql`
    select from generations where status in ('in_queue', 'processing')
    union all select from webhook_deliveries where status = 'pending'
    union all select from (${selectOpenTasks(sql)}) open`,
  );
}

/** Waits until every job is finished; its webhook may still be pending. Gives up after two minutes. */
export async function waitForJobs(databaseUrl: string): Promise<void> {
  await waitUntilEmpty(
    databaseUrl,
    120_000,
    (sql) => sql`select from generations where status in ('in_queue', 'processing')`,
  );
}

/** Waits until a query returns no rows; gives up after `timeoutMs`. */
async function waitUntilEmpty(
  databaseUrl: string,
  timeoutMs: number,
  query: (sql: Connection['sql']) => PromiseLike<readonly unknown[]>,
): Promise<void> {
  const { sql, close } = connect(databaseUrl, { name: 'chaos', max: 1 });
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; ) {
    if ((await query(sql)).length === 0) break;
    await sleep(250);
  }
  await close();
}
