import { idTime, isId } from '@restage/contract';
import { generations, uploads } from '@restage/db';
import { inArray } from 'drizzle-orm';
import type { Context } from '../context.ts';
import { batchSize } from './internal.ts';

/** Milliseconds for which a file may be without its row: far longer than a start or a PUT takes to commit. */
const graceMilliseconds = 3_600_000;

/** Removes files that belong to nothing any more. @returns how many */
export async function sweepLeftovers(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  let removed = 0;
  for await (const names of batches(ctx.blobs.list('uploads'), signal))
    removed += await sweepPuts(ctx, names);
  for (const folder of ['inputs', 'outputs'] as const) {
    for await (const names of batches(ctx.blobs.list(folder), signal)) {
      removed += await sweepFolders(ctx, folder, names);
    }
  }
  return removed;
}

/** Bytes that were arriving when their process died, and uploads whose row is gone. */
async function sweepPuts(ctx: Context, names: readonly string[]): Promise<number> {
  let removed = 0;
  const old = ctx.now() - graceMilliseconds;
  for (const name of names.filter((each) => each.endsWith('.arriving'))) {
    const found = await ctx.blobs.stat(`uploads/${name}`);
    if (!found || found.modifiedAt.getTime() > old) continue;
    await ctx.blobs.remove(`uploads/${name}`);
    removed += 1;
  }
  const ids = names.filter((name) => isId('upload', name) && idTime(name) < old);
  if (ids.length === 0) return removed;
  const rows = await ctx.db.select({ id: uploads.id }).from(uploads).where(inArray(uploads.id, ids));
  const kept = new Set(rows.map(({ id }) => id));
  for (const id of ids.filter((each) => !kept.has(each))) {
    await ctx.blobs.remove(`uploads/${id}`);
    removed += 1;
  }
  return removed;
}

/**
 * Folders of jobs: inputs go once the job has ended, outputs once it has been swept, and both when the job never
 * came to be, because its start was refused or crashed before it committed.
 */
async function sweepFolders(
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
  const old = ctx.now() - graceMilliseconds;
  const done = ids.filter((id) => {
    const job = jobs.get(id);
    if (!job) return idTime(id) < old;
    if (folder === 'outputs') return job.sweptAt !== null;
    return job.status !== 'in_queue' && job.status !== 'processing';
  });
  for (const id of done) await ctx.blobs.removeFolder(`${folder}/${id}`);
  return done.length;
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
