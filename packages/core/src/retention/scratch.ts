import { randomUUID } from 'node:crypto';
import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '@restage/storage';
import type { Context } from '../context.ts';
import { renderWallSeconds } from '../queues.ts';

/** What folders in the work directory are for: an attempt at a job, or bytes that came inside a request. */
const purposes = ['render', 'input'] as const;

/** What the names in the work directory begin with: such a folder, or a file that a blob store lends. */
const prefixes = [...purposes, 'blob'];

/** A path for a folder that is nobody else's. Whoever makes it removes it, and the sweep does if they are killed. */
export const scratchDirectory = (ctx: Context, purpose: (typeof purposes)[number]) =>
  join(ctx.settings.workDirectory, `${purpose}-${randomUUID()}`);

/**
 * Milliseconds after which nobody uses such a folder or file any more, be its process on this host or on another that
 * shares the disk: an attempt may take so long, and no worker dawdles for another hour.
 */
const staleAfterMs = renderWallSeconds * 1000 + 3_600_000;

/** Removes the folders and files of processes that were killed. @returns how many */
export async function deleteStaleScratch(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const { workDirectory } = ctx.settings;
  const names = (await readdir(workDirectory).catch(unlessMissing)) ?? [];
  let removed = 0;
  for (const name of names.filter(isScratch)) {
    if (signal?.aborted) return removed;
    const path = join(workDirectory, name);
    // Its own time is that of the last file that came into it or left it; what is in folders within says nothing.
    const changed = (await stat(path).catch(unlessMissing))?.mtimeMs;
    if (changed === undefined || changed > ctx.now() - staleAfterMs) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

const isScratch = (name: string) => prefixes.some((prefix) => name.startsWith(`${prefix}-`));

/** What is not there needs no sweeping. */
function unlessMissing(error: unknown): undefined {
  if (!isSystemError(error, 'ENOENT')) throw error;
}
