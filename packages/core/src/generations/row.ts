import { type Database, generations } from '@restage/db';
import DataLoader from 'dataloader';
import { and, type Column, eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { prepared } from '../prepared.ts';
import { type Generation, noSuchJob } from './internal.ts';

/** What is shown of a job: its row without what only workers and the ledger need. */
const shownColumns = {
  id: generations.id,
  accountId: generations.accountId,
  status: generations.status,
  progress: generations.progress,
  generationType: generations.generationType,
  alphaMode: generations.alphaMode,
  outputs: generations.outputs,
  seed: generations.seed,
  error: generations.error,
  callbackUrl: generations.callbackUrl,
  createdAt: generations.createdAt,
  modifiedAt: generations.modifiedAt,
  completedAt: generations.completedAt,
} as const satisfies Partial<typeof generations._.columns>;

/** A job as it is shown. */
export type JobRow = Pick<Generation, keyof typeof shownColumns>;

/** Who asks for which job. */
interface Reading {
  readonly id: string;
  readonly accountId: string;
}

/** At most so many readings are one statement. */
const readingsAtMost = 100;

const shownJob = prepared((db) =>
  db
    .select(shownColumns)
    .from(generations)
    .where(
      and(eq(generations.id, sql.placeholder('id')), eq(generations.accountId, sql.placeholder('accountId'))),
    )
    .prepare('shown_job'),
);

/**
 * Whether a column is one of a statement's texts. Behind the subselect the planner can't count them: counting, it would
 * plan anew each time, for twice the cost of the read.
 */
const isOneOf = (column: Column, name: string) =>
  sql`${column} = any((select ${sql.placeholder(name)}::text[])::text[])`;

const shownJobs = prepared((db) =>
  db
    .select(shownColumns)
    .from(generations)
    .where(and(isOneOf(generations.id, 'ids'), isOneOf(generations.accountId, 'accountIds')))
    .prepare('shown_jobs'),
);

/** A database's readings: what is asked for in one turn of the event loop is read by one statement, and not kept. */
const readingsOf = prepared(
  (db) =>
    new DataLoader((readings: readonly Reading[]) => readTogether(db, readings), {
      cache: false,
      maxBatchSize: readingsAtMost,
      batchScheduleFn: setImmediate,
    }),
);

async function readTogether(db: Database, readings: readonly Reading[]) {
  const ids = new Set(readings.map(({ id }) => id));
  const accountIds = new Set(readings.map(({ accountId }) => accountId));
  const rows = await select(db, [...ids], [...accountIds]);
  const found = new Map(rows.map((row) => [row.id, row]));
  return readings.map(({ id, accountId }) => {
    const row = found.get(id);
    // The other accounts that the statement was for may have this job: this one must.
    return row?.accountId === accountId ? row : undefined;
  });
}

function select(db: Database, ids: readonly string[], accountIds: readonly string[]) {
  const [id, accountId] = [ids[0], accountIds[0]];
  // Most readings are alone, and the plain select is the cheaper one.
  const isOne = ids.length === 1 && accountIds.length === 1;
  return isOne ? shownJob(db).execute({ id, accountId }) : shownJobs(db).execute({ ids, accountIds });
}

/**
 * What is shown of the account's job, as it is after it was asked for. Many clients ask at once, and are answered by
 * one statement; where that fails, it fails for all of them.
 */
export async function findJobRow({ db, account }: AccountContext, id: string) {
  return (await readingsOf(db).load({ id, accountId: account.id })) ?? noSuchJob();
}
