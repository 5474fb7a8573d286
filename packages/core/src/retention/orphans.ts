import { getIdTime, isId } from '@restage/contract';
import { generations, uploads } from '@restage/db';
import { inArray } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { parseUploadName } from '../uploads/internal.ts';
import { batchSize } from './internal.ts';

/** The folders of the blob store, one for each kind of blob. */
export const blobFolders = ['uploads', 'inputs', 'outputs'] as const;

/** A file without a row is an orphan after this time: far longer than a start or a PUT takes to commit. */
const orphanAgeMs = 3_600_000;

/**
 * The bytes of a PUT that the upload does not have are orphans this long after the upload was created: its URL is valid
 * for an hour, and the server ends a PUT after another.
 */
const supersededAgeMs = 3 * 3_600_000;

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

/** Deletes the files of uploads without a row, and those of PUTs that were replaced or did not succeed. */
async function deleteOrphanedUploads(ctx: Context, names: readonly string[]): Promise<number> {
  const cutoff = ctx.now() - orphanAgeMs;
  const files = names
    .map((name) => ({ name, ...parseUploadName(name) }))
    .filter(({ id }) => isId('upload', id) && getIdTime(id) < cutoff);
  if (files.length === 0) return 0;
  const ids = [...new Set(files.map(({ id }) => id))];
  const rows = await ctx.db
    .select({ id: uploads.id, attempt: uploads.receivedAttempt, receivedAt: uploads.receivedAt })
    .from(uploads)
    .where(inArray(uploads.id, ids));
  const received = new Map(rows.map((row) => [row.id, row.receivedAt && (row.attempt ?? 1)]));
  const orphans = files.filter(({ id, attempt }) => {
    if (!received.has(id)) return true;
    return received.get(id) !== attempt && getIdTime(id) < ctx.now() - supersededAgeMs;
  });
  for (const { name } of orphans) await ctx.blobs.remove(`uploads/${name}`);
  return orphans.length;
}

/**
 * Deletes folders of jobs: inputs once the job has finished, outputs once they have expired or the job has failed or was
 * cancelled, and both if the job does not exist, because its start was refused or crashed before it committed.
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
    if (job.status === 'in_queue' || job.status === 'processing') return false;
    return folder === 'inputs' || job.status !== 'completed' || job.sweptAt !== null;
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
