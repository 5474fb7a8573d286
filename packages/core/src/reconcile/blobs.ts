import { generations, type StoredOutputs } from '@restage/db';
import { and, asc, eq, gt, inArray, isNull, or } from 'drizzle-orm';
import type { OperatorContext } from '../context.ts';
import type { Finding } from './finding.ts';

const pageSize = 500;

/** Jobs whose files must be there: completed ones until they are swept, and live ones for their inputs. */
const needsFiles = or(
  and(eq(generations.status, 'completed'), isNull(generations.sweptAt)),
  inArray(generations.status, ['in_queue', 'processing']),
);

/** Finds the jobs that lack a file. Looks at every one of them, and at each missing one twice. */
export async function missingBlobs(ctx: OperatorContext): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (let after = ''; ; ) {
    const jobs = await ctx.db
      .select()
      .from(generations)
      .where(and(needsFiles, gt(generations.id, after)))
      .orderBy(asc(generations.id))
      .limit(pageSize);
    for (const found of await Promise.all(jobs.map((job) => lookAt(ctx, job)))) findings.push(...found);
    const last = jobs.at(-1);
    if (!last || jobs.length < pageSize) return findings;
    after = last.id;
  }
}

type Row = typeof generations.$inferSelect;

async function lookAt(ctx: OperatorContext, job: Row): Promise<Finding[]> {
  if ((await missingKeys(ctx, job)).length === 0) return [];
  // It may have ended, or been swept, since its row was read.
  const [again] = await ctx.db
    .select()
    .from(generations)
    .where(and(eq(generations.id, job.id), needsFiles));
  const missing = again ? await missingKeys(ctx, again) : [];
  return missing.map((key) => ({
    check: 'blob' as const,
    accountId: job.accountId,
    generationId: job.id,
    message: `the job is ${again?.status}, and its file ${key} is missing`,
  }));
}

async function missingKeys(ctx: OperatorContext, { status, inputs, outputs }: Row): Promise<string[]> {
  const keys =
    status === 'completed'
      ? Object.values<string>(outputs ?? ({} as Partial<StoredOutputs>))
      : Object.values(inputs).flatMap((input) => (input?.kind === 'blob' ? [input.key] : []));
  const missing: string[] = [];
  for (const key of keys) if (!(await ctx.blobs.stat(key))) missing.push(key);
  return missing;
}
