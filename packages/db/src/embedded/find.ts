import { resolve } from 'node:path';
import { applicationUrl, dataDirectory, readPassword } from './cluster.ts';
import { findPostmaster } from './process/postmaster.ts';

/**
 * Finds the running embedded database of a directory, whichever process owns it. For programs that only query it: takes
 * no lock and never stops it.
 * @returns undefined if it does not run or is not ready
 */
export async function findEmbedded(directory: string): Promise<{ readonly url: string } | undefined> {
  const data = dataDirectory(resolve(directory));
  const postmaster = await findPostmaster(data);
  if (!postmaster?.isReady) return undefined;
  return { url: applicationUrl(await readPassword({ data }), postmaster.port) };
}
