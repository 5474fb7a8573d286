import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from '@restage/storage';
import type { Context } from '../context.ts';
import { renderWallSeconds } from '../queue.ts';

/** What folders in the work directory are for: an attempt at a job, or bytes that came inside a request. */
const purposes = ['render', 'input'] as const;

/** The folder in an attempt's that the engine writes to. */
export const outputName = 'output';

/** A path for a folder that is nobody else's. Whoever makes it removes it, and the sweep does if they are killed. */
export const scratchDirectory = (ctx: Context, purpose: (typeof purposes)[number]) =>
  join(ctx.settings.workDirectory, `${purpose}-${randomUUID()}`);

/** A folder for an attempt's files, there once it is `made`. */
export interface RenderFolder {
  readonly path: string;
  readonly made: Promise<unknown>;
  readonly since: number;
}

/** Milliseconds for which a folder that waits for its attempt is kept: long before the sweep takes it for forgotten. */
const keptAhead = 60_000;

/** Folders for attempts, some of them made ahead, for to make one waits for the disk. */
export class RenderFolders {
  readonly #ctx: Context;
  readonly #ahead = new Set<RenderFolder>();

  constructor(ctx: Context) {
    this.#ctx = ctx;
  }

  /** Begins to make a folder that is soon needed. */
  make(): void {
    this.#ahead.add(makeRenderFolder(this.#ctx));
  }

  /** @returns a folder made ahead, which is the caller's to remove; undefined for none */
  async take(): Promise<RenderFolder | undefined> {
    const oldest = this.#ctx.now() - keptAhead;
    for (const folder of this.#ahead) {
      this.#ahead.delete(folder);
      if (folder.since >= oldest) return folder;
      await removeRenderFolder(folder);
    }
    return undefined;
  }

  /** Removes what nobody took. */
  async clear(): Promise<void> {
    const left = [...this.#ahead];
    this.#ahead.clear();
    await Promise.all(left.map(removeRenderFolder));
  }
}

/** Begins to make a folder for an attempt. That it can't be made is heard by whoever waits for it. */
export function makeRenderFolder(ctx: Context): RenderFolder {
  const path = scratchDirectory(ctx, 'render');
  const made = mkdir(join(path, outputName), { recursive: true, mode: 0o700 });
  made.catch(() => undefined);
  return { path, made, since: ctx.now() };
}

/** Removes an attempt's folder with all that is in it, also one that is still being made. */
export async function removeRenderFolder({ path, made }: RenderFolder): Promise<void> {
  await Promise.allSettled([made]);
  await rm(path, { recursive: true, force: true });
}

/**
 * Milliseconds after which such a folder has no user any more, be its process on this host or on
 * another that shares the disk: an attempt may take so long, and no worker dawdles for another hour.
 */
const leftAfter = renderWallSeconds * 1000 + 3_600_000;

/** Removes the folders of processes that were killed. @returns how many */
export async function sweepScratch(ctx: Context, signal: AbortSignal | undefined): Promise<number> {
  const { workDirectory } = ctx.settings;
  const names = (await readdir(workDirectory).catch(unlessMissing)) ?? [];
  let removed = 0;
  for (const name of names.filter(isScratch)) {
    if (signal?.aborted) return removed;
    const path = join(workDirectory, name);
    // Its own time is that of the last file that came into it or left it; what is in folders within says nothing.
    const changed = (await stat(path).catch(unlessMissing))?.mtimeMs;
    if (changed === undefined || changed > ctx.now() - leftAfter) continue;
    await rm(path, { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

const isScratch = (name: string) => purposes.some((purpose) => name.startsWith(`${purpose}-`));

/** What is not there needs no sweeping. */
function unlessMissing(error: unknown): undefined {
  if (!isSystemError(error, 'ENOENT')) throw error;
}
