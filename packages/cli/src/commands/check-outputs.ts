import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, open, realpath, stat, unlink } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job } from '@restage/sdk';
import { FileError, UsageError } from '../command.ts';
import { type Saved, standardOutput } from './outputs.ts';

/** The option that says where a file goes. */
const options: Readonly<Record<keyof Saved, string>> = {
  render: '--out',
  source: '--out-source',
  alpha: '--out-alpha',
};

/** What an output is, and the extension of that. */
const formats: Readonly<Record<Job['generation_type'], readonly [name: string, extension: string]>> = {
  image: ['a PNG', '.png'],
  video: ['an MP4', '.mp4'],
};

/**
 * Makes sure that every file can be written, before anything is asked of the server. Nothing is left behind, and a file
 * that is there stays as it is.
 * @throws FileError for a path that can't be written, and UsageError for two files at one path
 */
export async function checkPaths(files: Saved): Promise<void> {
  const paths = listFiles(files);
  const seen = new Map<string, string>();
  for (const { option, path } of paths) {
    const other = seen.get(resolve(path));
    if (other !== undefined) throw new UsageError(`${other} and ${option} are the same file, ${path}.`);
    seen.set(resolve(path), option);
  }
  for (const { option, path } of paths) {
    try {
      await tryToWrite(path);
    } catch (error) {
      throw new FileError(`${option} ${path} can't be written: ${describe(error, path)}.`);
    }
  }
}

/**
 * Makes sure that a file can be written to the working directory, under a name that is not known yet.
 * @throws FileError
 */
export async function checkWorkingDirectory(): Promise<void> {
  const path = `restage-${randomUUID()}.tmp`;
  try {
    await tryToWrite(path);
  } catch (error) {
    throw new FileError(
      `This folder can't be written to: ${describe(error, path)}. Say where the render goes with --out.`,
    );
  }
}

/**
 * Makes sure that no file is named for what it won't be. A name without an extension says nothing.
 * @param type what is to be made; undefined where that is not known yet
 * @throws UsageError
 */
export function checkExtensions(files: Saved, type: Job['generation_type'] | undefined): void {
  const possible = type === undefined ? Object.values(formats) : [formats[type]];
  for (const { option, path } of listFiles(files)) {
    const extension = extname(path).toLowerCase();
    if (extension === '' || possible.some(([, known]) => known === extension)) continue;
    const what = possible.map(([name]) => name).join(' or ');
    const made =
      type === undefined ? 'an output' : `an output of ${type === 'image' ? 'an image' : 'a video'}`;
    const names = possible.map(([, known]) => known).join(' or ');
    const other = (Object.keys(formats) as Job['generation_type'][]).find(
      (each) => formats[each][1] === extension,
    );
    const way = other === undefined ? '' : `, or say --type ${other}`;
    throw new UsageError(`${option} ${path} can't be made: ${made} is ${what}. Name it ${names}${way}.`);
  }
}

function listFiles(files: Saved): { readonly option: string; readonly path: string }[] {
  return (Object.keys(options) as (keyof Saved)[]).flatMap((name) => {
    const path = files[name];
    if (path === undefined || path === standardOutput) return [];
    return [{ option: options[name], path: path.startsWith('file:') ? fileURLToPath(path) : path }];
  });
}

/** Opens a file to write, without changing it, and removes it again where it was not there. */
async function tryToWrite(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined);
  // A pipe or a device may wait for a reader, or take what is written at once.
  if (found && !found.isFile() && !found.isDirectory()) return access(path, constants.W_OK);
  const handle = await open(path, 'a');
  await handle.close();
  if (!found) await unlink(await realpath(path));
}

function describe(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (path === '') return 'it has no name';
  if (code === 'ENOENT' && !existsSync(dirname(path))) return `there is no folder ${dirname(path)}`;
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  if (code === 'EROFS') return 'it is on a read-only file system';
  return error instanceof Error ? error.message : String(error);
}
