import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Context } from '../../context.ts';
import { scratchDirectory } from '../../retention/scratch.ts';

/** Where an attempt keeps its files. */
export interface Workspace {
  readonly directory: string;
  /** The folder in `directory` that the engine writes to. */
  readonly outputDirectory: string;
}

/** Makes a folder for one attempt, and removes it with all that is in it once `body` is done. */
export async function withWorkspace<Result>(
  ctx: Context,
  body: (workspace: Workspace) => Promise<Result>,
): Promise<Result> {
  const directory = scratchDirectory(ctx, 'render');
  const outputDirectory = join(directory, 'output');
  try {
    await mkdir(outputDirectory, { recursive: true, mode: 0o700 });
    return await body({ directory, outputDirectory });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
