import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../context.ts';
import { renderWallSeconds } from '../queue.ts';

/** What the folder of an attempt at a job is called, to which some random characters are added. */
const scratchPrefix = 'render-';

/** The folder in it that the engine writes to. */
export const outputName = 'output';

/** A path for the folder of an attempt at a job. */
export const scratchDirectory = (ctx: Context) =>
  join(ctx.settings.workDirectory, `${scratchPrefix}${randomUUID()}`);

/**
 * Milliseconds after which a folder that an attempt made has no user any more, be its worker on this host or on
 * another that shares the disk: an attempt may take so long, and no worker dawdles for another hour.
 */
const leftAfter = renderWallSeconds * 1000 + 3_600_000;

/** Removes the folders in which workers rendered that were killed. @returns how many */
export async function sweepScratch(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const { workDirectory } = ctx.settings;
  const names = await readdir(workDirectory).catch(() => [] as string[]);
  let removed = 0;
  for (const name of names.filter((each) => each.startsWith(scratchPrefix))) {
    if (signal?.aborted) return removed;
    const path = join(workDirectory, name);
    // Its own time is that of the last file that came into it or left it; what is in folders within says nothing.
    const changed = (await stat(path).catch(() => undefined))?.mtimeMs;
    if (changed === undefined || changed > ctx.now() - leftAfter) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}
