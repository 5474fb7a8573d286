import { randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * Reads the secret that signs URLs from the data directory, or creates it; only the file's owner can read it.
 * If two processes start at once, both use the file that the first one linked into place.
 */
export async function loadOrCreateSecret(directory: string): Promise<string> {
  const path = join(directory, 'secret');
  const existing = await readSecret(path);
  if (existing) return existing;
  const draft = `${path}.${randomBytes(6).toString('hex')}`;
  await writeFile(draft, `${randomBytes(32).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (!hasCode(error, 'EEXIST')) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  const kept = await readSecret(path);
  if (!kept) throw new Error(`the secret in ${path} is empty; delete the file to create a new one`);
  return kept;
}

async function readSecret(path: string): Promise<string | undefined> {
  try {
    const secret = (await readFile(path, 'utf8')).trim();
    return secret === '' ? undefined : secret;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return undefined;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code;
}
