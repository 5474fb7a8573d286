import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Context, cleanUp } from '@restage/core';
import type { Connection } from '@restage/db';
import type { Check } from './invariants.ts';

const hourMs = 3_600_000;
/** When everything that a crash left behind is old enough to be deleted, and nothing has expired. */
const leftoversAreOldMs = 5 * hourMs;
/** When all outputs and uploads have expired. */
const everythingExpiredMs = 400 * hourMs;

/** Cleans up, in each data directory, what crashes left behind, as if some hours had passed. */
export async function cleanUpLeftovers(ctx: Context, dataDirectories: readonly string[]): Promise<void> {
  for (const directory of dataDirectories) await cleanUpLater(ctx, leftoversAreOldMs, directory);
}

/**
 * Checks the files that remain after {@link cleanUpLeftovers}: each belongs to something. Then lets everything expire,
 * after which none may be left.
 */
export async function checkBlobs(
  sql: Connection['sql'],
  ctx: Context,
  dataDirectories: readonly string[],
): Promise<{ readonly checks: Check[]; readonly keptCount: number; readonly supersededCount: number }> {
  const rows = await sql<{ key: string }[]>`
    select 'uploads/' || id || case when received_attempt > 1 then '-' || received_attempt else '' end as key
    from uploads where received_at is not null
    union all select value from generations, jsonb_each_text(outputs) where status = 'completed'`;
  const owned = new Set(rows.map(({ key }) => key));
  const completed = await sql<{ id: string }[]>`select id from generations where status = 'completed'`;
  const completedIds = new Set(completed.map(({ id }) => id));
  // They are deleted with the outputs of the attempt that completed the job.
  const isSuperseded = (key: string) =>
    key.startsWith('outputs/') && completedIds.has(key.split('/')[1] ?? '');
  const kept = await listFiles(ctx);
  const unowned = kept.filter((key) => !owned.has(key));
  const scratch = await Promise.all(dataDirectories.map(listScratch));
  await cleanUpLater(ctx, everythingExpiredMs, dataDirectories[0] ?? '');
  return {
    keptCount: kept.length,
    supersededCount: unowned.filter(isSuperseded).length,
    checks: [
      { name: 'orphaned files after cleanup', violations: unowned.filter((key) => !isSuperseded(key)) },
      { name: 'scratch files after cleanup', violations: scratch.flat() },
      { name: 'files after everything has expired', violations: await listFiles(ctx) },
    ],
  };
}

async function cleanUpLater(ctx: Context, milliseconds: number, dataDirectory: string): Promise<void> {
  const result = await cleanUp({
    ...ctx,
    now: () => Date.now() + milliseconds,
    settings: { ...ctx.settings, workDirectory: join(dataDirectory, 'work') },
  });
  if (result === 'busy') throw new Error('Another process is cleaning up.');
}

/** Lists the keys of all files in the store. */
async function listFiles(ctx: Context): Promise<string[]> {
  const keys: string[] = [];
  const pending = ['uploads', 'inputs', 'outputs'];
  for (let folder = pending.pop(); folder !== undefined; folder = pending.pop()) {
    for await (const name of ctx.blobs.list(folder)) {
      const key = `${folder}/${name}`;
      if (await ctx.blobs.stat(key)) keys.push(key);
      else pending.push(key);
    }
  }
  return keys;
}

async function listScratch(dataDirectory: string): Promise<string[]> {
  const directory = join(dataDirectory, 'work');
  return (await readdir(directory)).map((name) => join(directory, name));
}
