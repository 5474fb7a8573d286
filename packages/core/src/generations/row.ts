import type { JobStatus } from '@restage/contract';
import { type Database, generations } from '@restage/db';
import { fail } from '@restage/errors';
import DataLoader from 'dataloader';
import { and, type Column, eq, sql } from 'drizzle-orm';
import type { AccountContext } from '../context.ts';
import { prepared } from '../prepared.ts';

/** A job's whole row. */
export type Generation = typeof generations.$inferSelect;

/** The statuses of a job that has not ended. */
export const activeStatuses = ['in_queue', 'processing'] as const satisfies readonly JobStatus[];

/** Whether a job has ended: its status never changes again. */
export function isTerminal(status: JobStatus): boolean {
  return !activeStatuses.some((active) => active === status);
}

/** The columns that clients see of a job; the others are for workers and the ledger. */
const jobColumns = {
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

/** What clients see of a job's row. */
export type JobRow = Pick<Generation, keyof typeof jobColumns>;

const ofAccount = and(
  eq(generations.id, sql.placeholder('id')),
  eq(generations.accountId, sql.placeholder('accountId')),
);

const selectGeneration = prepared((db) =>
  db.select().from(generations).where(ofAccount).prepare('select_generation'),
);

/** The whole row of the account's job. JOB_NOT_FOUND for one that isn't there and for another account's alike. */
export async function findGeneration(ctx: AccountContext, id: string) {
  const [generation] = await selectGeneration(ctx.db).execute({ id, accountId: ctx.account.id });
  return generation ?? noSuchJob();
}

export function noSuchJob() {
  return fail('JOB_NOT_FOUND', 'This account has no job with that id.', { param: 'id' });
}

/**
 * What clients see of the account's job, or JOB_NOT_FOUND; never older than the call. Calls that come together share
 * one statement: if it fails, all of them do.
 */
export async function findJobRow({ db, account }: AccountContext, id: string) {
  return (await jobRowLoader(db).load({ id, accountId: account.id })) ?? noSuchJob();
}

/** Which job is asked for, and by whom. */
interface JobKey {
  readonly id: string;
  readonly accountId: string;
}

/** The most jobs that one statement reads. */
const maxBatchSize = 100;

/** Batches the reads of one tick of the event loop, and caches nothing. */
const jobRowLoader = prepared(
  (db) =>
    new DataLoader((keys: readonly JobKey[]) => loadJobRows(db, keys), {
      cache: false,
      maxBatchSize,
      batchScheduleFn: setImmediate,
    }),
);

async function loadJobRows(db: Database, keys: readonly JobKey[]) {
  const ids = new Set(keys.map(({ id }) => id));
  const accountIds = new Set(keys.map(({ accountId }) => accountId));
  const rows = await select(db, [...ids], [...accountIds]);
  const rowsById = new Map(rows.map((row) => [row.id, row]));
  return keys.map(({ id, accountId }) => {
    const row = rowsById.get(id);
    // The batch may hold keys of several accounts, so a row that was read may be another account's.
    return row?.accountId === accountId ? row : undefined;
  });
}

function select(db: Database, ids: readonly string[], accountIds: readonly string[]) {
  const [id, accountId] = [ids[0], accountIds[0]];
  // Most reads are alone, and the plain select is the cheaper one.
  const isOne = ids.length === 1 && accountIds.length === 1;
  return isOne ? selectJobRow(db).execute({ id, accountId }) : selectJobRows(db).execute({ ids, accountIds });
}

const selectJobRow = prepared((db) =>
  db.select(jobColumns).from(generations).where(ofAccount).prepare('select_job_row'),
);

const selectJobRows = prepared((db) =>
  db
    .select(jobColumns)
    .from(generations)
    .where(and(isAmong(generations.id, 'ids'), isAmong(generations.accountId, 'accountIds')))
    .prepare('select_job_rows'),
);

/**
 * Whether a column is one of a list of texts. The subselect hides the list's length from the planner, which would plan
 * each execution anew otherwise, for twice the cost of the read.
 */
function isAmong(column: Column, name: string) {
  return sql`${column} = any((select ${sql.placeholder(name)}::text[])::text[])`;
}
