import { generations, type StoredOutputs } from '@restage/db';
import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import type { Finding } from './finding.ts';

const pageSize = 500;

/** Jobs whose files must exist: outputs of completed ones until they expire, and inputs of unfinished ones. */
const needsFiles = or(
  and(eq(generations.status, 'completed'), isNull(generations.sweptAt)),
  inArray(generations.status, ['in_queue', 'processing']),
);

/** Finds the jobs that lack a file. Checks every job, and a job that lacks a file twice. */
export async function findMissingBlobs(ctx: OperatorContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let after = ''; ; ) {
    const jobs = await ctx.db
      .select()
      .from(generations)
      .where(and(needsFiles, gt(generations.id, after)))
      .orderBy(asc(generations.id))
      .limit(pageSize);
    for (const found of await Promise.all(jobs.map((job) => checkFiles(ctx, job)))) findings.push(...found);
    const last = jobs.at(-1);
    if (!last || jobs.length < pageSize) return findings;
    after = last.id;
  }
}

type Row = typeof generations.$inferSelect;

async function checkFiles(ctx: OperatorContext, job: Row): Promise<Finding[]> {
  if ((await listMissingKeys(ctx, job)).length === 0) return [];
  // The job may have finished or its files expired since its row was read.
  const [current] = await ctx.db
    .select()
    .from(generations)
    .where(and(eq(generations.id, job.id), needsFiles));
  const missing = current ? await listMissingKeys(ctx, current) : [];
  return missing.map((key) => ({
    check: 'blob' as const,
    accountId: job.accountId,
    generationId: job.id,
    message: `the job is ${current?.status}, and its file ${key} is missing`,
  }));
}

async function listMissingKeys(ctx: OperatorContext, { status, inputs, outputs }: Row): Promise<string[]> {
  const keys =
    status === 'completed'
      ? Object.values<string>(outputs ?? ({} as Partial<StoredOutputs>))
      : Object.values(inputs).flatMap((input) => (input?.kind === 'blob' ? [input.key] : []));
  const missing: string[] = [];
  for (const key of keys) if (!(await ctx.blobs.stat(key))) missing.push(key);
  return missing;
}
