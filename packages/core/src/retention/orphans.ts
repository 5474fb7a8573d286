import { getIdTime, isId } from '@restage/contract';
import { generations, uploads } from '@restage/db';
import { inArray } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { batchSize } from './internal.ts';

/** The folders of the blob store, one for each kind of blob. */
export const blobFolders = ['uploads', 'inputs', 'outputs'] as const;

/** A file without a row is an orphan after this time: far longer than a start or a PUT takes to commit. */
const orphanAgeMs = 3_600_000;

/** A write that has not ended after this time has lost its process: the server ends a PUT after an hour. */
const abandonedAgeMs = 2 * 3_600_000;

/** Deletes files that belong to nothing any more. @returns how many */
export async function deleteOrphanedFiles(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  let removed = await ctx.blobs.removeAbandonedWrites(new Date(ctx.now() - abandonedAgeMs));
  for await (const names of batches(ctx.blobs.list('uploads'), signal))
    removed += await deleteOrphanedUploads(ctx, names);
  for (const folder of ['inputs', 'outputs'] as const) {
    for await (const names of batches(ctx.blobs.list(folder), signal)) {
      removed += await deleteOrphanedFolders(ctx, folder, names);
    }
  }
  return removed;
}

/** Deletes uploads without a row. */
async function deleteOrphanedUploads(ctx: Context, names: readonly string[]): Promise<number> {
  const cutoff = ctx.now() - orphanAgeMs;
  const ids = names.filter((name) => isId('upload', name) && getIdTime(name) < cutoff);
  if (ids.length === 0) return 0;
  const rows = await ctx.db.select({ id: uploads.id }).from(uploads).where(inArray(uploads.id, ids));
  const kept = new Set(rows.map(({ id }) => id));
  const orphans = ids.filter((id) => !kept.has(id));
  for (const id of orphans) await ctx.blobs.remove(`uploads/${id}`);
  return orphans.length;
}

/**
 * Deletes folders of jobs: inputs once the job has finished, outputs once they have expired, and both if the job does not
 * exist, because its start was refused or crashed before it committed.
 */
async function deleteOrphanedFolders(
  ctx: Context,
  folder: 'inputs' | 'outputs',
  names: readonly string[],
): Promise<number> {
  const ids = names.filter((name) => isId('generation', name));
  if (ids.length === 0) return 0;
  const rows = await ctx.db
    .select({ id: generations.id, status: generations.status, sweptAt: generations.sweptAt })
    .from(generations)
    .where(inArray(generations.id, ids));
  const jobs = new Map(rows.map((row) => [row.id, row]));
  const cutoff = ctx.now() - orphanAgeMs;
  const orphans = ids.filter((id) => {
    const job = jobs.get(id);
    if (!job) return getIdTime(id) < cutoff;
    if (folder === 'outputs') return job.sweptAt !== null;
    return job.status !== 'in_queue' && job.status !== 'processing';
  });
  for (const id of orphans) await ctx.blobs.removeFolder(`${folder}/${id}`);
  return orphans.length;
}

async function* batches(
  names: AsyncIterable<string>,
  signal: AbortSignal | undefined,
): AsyncGenerator<string[]> {
  let batch: string[] = [];
  for await (const name of names) {
    if (signal?.aborted) return;
    batch.push(name);
    if (batch.length < batchSize) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
