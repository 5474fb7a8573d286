import { createClientError } from './errors/client-error.ts';
import { err, ok } from './result.ts';

// In a variable, so that bundlers for browsers don't try to resolve it.
const fileSystem = 'node:fs';

/**
 * Opens a file as a Blob, which is read from disk on demand.
 * @param path a path, or a `file:` URL
 * @returns the Blob, or FILE_FAILED
 */
export async function readFileBlob(path: string | URL) {
  try {
    const fs: typeof import('node:fs') = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ fileSystem
    );
    const pathOrUrl = toFileUrl(path);
    // A directory can be opened, and fails only when it is read.
    if (!(await fs.promises.stat(pathOrUrl)).isFile()) throw new Error('it is not a regular file');
    return ok(await fs.openAsBlob(pathOrUrl));
  } catch (cause) {
    return err(createFileError('read', path, cause));
  }
}

/**
 * Writes a file, replacing an existing one.
 * @returns nothing, or FILE_FAILED
 */
export async function writeFile(path: string | URL, bytes: Uint8Array) {
  try {
    const fs: typeof import('node:fs') = await import(
      /* @vite-ignore */ /* webpackIgnore: true */ fileSystem
    );
    return ok(await fs.promises.writeFile(toFileUrl(path), bytes));
  } catch (cause) {
    return err(createFileError('write', path, cause));
  }
}

function toFileUrl(path: string | URL): string | URL {
  return typeof path === 'string' && path.startsWith('file:') ? new URL(path) : path;
}

function createFileError(operation: 'read' | 'write', path: string | URL, cause: unknown) {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return createClientError('FILE_FAILED', `Could not ${operation} ${path}: ${reason}`, { cause });
}
