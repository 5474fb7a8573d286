import type { Connection } from '@restage/db';

/** What the database holds at the end of a run. */
export interface DatabaseSnapshot {
  readonly jobs: readonly JobRow[];
  readonly deliveries: readonly DeliveryRow[];
  readonly balances: ReadonlyMap<string, number>;
  /** Open queue entries, counted by queue and state. */
  readonly openTasks: readonly { readonly name: string; readonly state: string; readonly count: number }[];
  /** Ids of jobs that were charged or refunded more than once. */
  readonly doubleCharges: readonly string[];
  readonly doubleRefunds: readonly string[];
}

export interface JobRow {
  readonly id: string;
  readonly accountId: string;
  readonly key: string | null;
  readonly status: string;
  readonly cost: number;
  readonly attempt: number;
  readonly hasCallback: boolean;
}

interface DeliveryRow {
  readonly id: string;
  readonly jobId: string;
  readonly status: string;
  readonly attempts: number;
}

/**
 * Selects the queue entries that still need work. When a worker dies, its webhook attempt is retried under a new entry, and
 * the old entry stays until it expires: entries of finished deliveries don't count.
 */
export function selectOpenTasks(sql: Connection['sql']) {
  return sql`
    select name, state from queue.job
    where state in ('created', 'retry', 'active') and not (
      name = 'webhook' and state = 'active' and not exists (
        select from webhook_deliveries d where d.id = data->>'deliveryId' and d.status = 'pending'))`;
}

/** Reads everything that the invariants are checked on. */
export async function readSnapshot(sql: Connection['sql']): Promise<DatabaseSnapshot> {
  const findRepeatedEntries = (kind: string) => sql<{ jobId: string }[]>`
    select generation_id as "jobId" from credit_entries where kind = ${kind} group by 1 having count(*) > 1`;
  const [jobs, deliveries, accounts, openTasks, charges, refunds] = await Promise.all([
    sql<JobRow[]>`
      select id, account_id as "accountId", idempotency_key as key, status, cost, attempt,
             callback_url is not null as "hasCallback"
      from generations`,
    sql<DeliveryRow[]>`select id, generation_id as "jobId", status, attempts from webhook_deliveries`,
    sql<{ id: string; balance: number }[]>`select id, balance from accounts`,
    sql<{ name: string; state: string; count: number }[]>`
      select name, state::text, count(*)::int from (${selectOpenTasks(sql)}) open group by 1, 2`,
    findRepeatedEntries('charge'),
    findRepeatedEntries('refund'),
  ]);
  return {
    jobs,
    deliveries,
    balances: new Map(accounts.map(({ id, balance }) => [id, balance])),
    openTasks,
    doubleCharges: charges.map(({ jobId }) => jobId),
    doubleRefunds: refunds.map(({ jobId }) => jobId),
  };
}
