import { clientError } from './errors/client-error.ts';
import { err, ok } from './result.ts';

// In a variable, so that bundlers for browsers don't look for a module that is never asked for there.
const fileSystem = 'node:fs';

/**
 * Opens a file as a Blob, which reads from the disk as it is read.
 * @param path a path, or a `file:` URL
 * @returns the Blob, or FILE_FAILED
 */
export async function readFileBlob(path: string | URL) {
  try {
    const fs: typeof import('node:fs') = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ fileSystem
    );
    const place = asFileUrl(path);
    // A directory opens without complaint, and fails only when it is read.
    if (!(await fs.promises.stat(place)).isFile()) throw new Error('it is not a file');
    return ok(await fs.openAsBlob(place));
  } catch (cause) {
    return err(fileFailed('read', path, cause));
  }
}

/**
 * Writes a file, in place of what was there.
 * @returns nothing, or FILE_FAILED
 */
export async function writeFile(path: string | URL, bytes: Uint8Array) {
  try {
    const fs: typeof import('node:fs') = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ fileSystem
    );
    return ok(await fs.promises.writeFile(asFileUrl(path), bytes));
  } catch (cause) {
    return err(fileFailed('written', path, cause));
  }
}

function asFileUrl(path: string | URL): string | URL {
  return typeof path === 'string' && path.startsWith('file:') ? new URL(path) : path;
}

function fileFailed(done: 'read' | 'written', path: string | URL, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return clientError('FILE_FAILED', `${path} can't be ${done}: ${reason}`, { cause });
}
