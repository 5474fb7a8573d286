import { resolve } from 'node:path';
import { applicationUrl, dataDirectory, readPassword } from './cluster.ts';
import { findPostmaster } from './postmaster.ts';

/**
 * Finds the embedded database of a directory while it runs, whoever runs it, for a program that only wants to ask
 * it something: takes no hold of it and never stops it.
 * @returns undefined when it does not run, or is not ready.
 */
export async function findEmbedded(directory: string): Promise<{ readonly url: string } | undefined> {
  const data = dataDirectory(resolve(directory));
  const postmaster = await findPostmaster(data);
  if (!postmaster?.ready) return undefined;
  return { url: applicationUrl(await readPassword({ data }), postmaster.port) };
}
