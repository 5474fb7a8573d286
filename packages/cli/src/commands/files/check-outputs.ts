import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { access, constants, open, realpath, stat, unlink } from 'node:fs/promises';
import { dirname, extname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { UsageError } from '@restage/cli-kit';
import type { Job } from '@restage/sdk';
import { FileError } from '../../context.ts';
import { type SavedFiles, standardOutput } from './outputs.ts';

/** The option that gives the path of an output. */
const options: Readonly<Record<keyof SavedFiles, string>> = {
  render: '--out',
  source: '--out-source',
  alpha: '--out-alpha',
};

/** The format of outputs, and its extension. */
const formats: Readonly<Record<Job['generation_type'], readonly [name: string, extension: string]>> = {
  image: ['a PNG', '.png'],
  video: ['an MP4', '.mp4'],
};

/**
 * Makes sure that every file can be written, before the first request. Leaves nothing behind, and existing files
 * unchanged.
 * @throws FileError for a path that can't be written, and UsageError for two files at one path
 */
export async function checkPaths(files: SavedFiles): Promise<void> {
  const paths = listFiles(files);
  const seen = new Map<string, string>();
  for (const { option, path } of paths) {
    const other = seen.get(resolve(path));
    if (other !== undefined) throw new UsageError(`${other} and ${option} are the same file, ${path}.`);
    seen.set(resolve(path), option);
  }
  for (const { option, path } of paths) {
    try {
      await probeWrite(path);
    } catch (error) {
      throw new FileError(`${option} ${path} can't be written: ${describeFileError(error, path)}.`);
    }
  }
}

/**
 * Makes sure that a file can be created in the working directory, before its name is known.
 * @throws FileError
 */
export async function checkWorkingDirectory(): Promise<void> {
  const path = `restage-${randomUUID()}.tmp`;
  try {
    await probeWrite(path);
  } catch (error) {
    throw new FileError(
      `This folder can't be written to: ${describeFileError(error, path)}. Choose where to save the render with --out.`,
    );
  }
}

/**
 * Makes sure that no file has the extension of another format. A name without an extension is accepted.
 * @param type of the outputs; undefined while it is unknown
 * @throws UsageError
 */
export function checkExtensions(files: SavedFiles, type: Job['generation_type'] | undefined): void {
  const possible = type === undefined ? Object.values(formats) : [formats[type]];
  for (const { option, path } of listFiles(files)) {
    const extension = extname(path).toLowerCase();
    if (extension === '' || possible.some(([, known]) => known === extension)) continue;
    const format = possible.map(([name]) => name).join(' or ');
    const output =
      type === undefined ? 'an output' : `an output of ${type === 'image' ? 'an image' : 'a video'}`;
    const names = possible.map(([, known]) => known).join(' or ');
    const other = (Object.keys(formats) as Job['generation_type'][]).find(
      (each) => formats[each][1] === extension,
    );
    const alternative = other === undefined ? '' : `, or use --type ${other}`;
    throw new UsageError(
      `${option} ${path} can't be made: ${output} is ${format}. Name it ${names}${alternative}.`,
    );
  }
}

function listFiles(files: SavedFiles): { readonly option: string; readonly path: string }[] {
  return (Object.keys(options) as (keyof SavedFiles)[]).flatMap((name) => {
    const path = files[name];
    if (path === undefined || path === standardOutput) return [];
    return [{ option: options[name], path: path.startsWith('file:') ? fileURLToPath(path) : path }];
  });
}

/** Opens a file to write without changing it, and removes it if it did not exist. */
async function probeWrite(path: string): Promise<void> {
  const existing = await stat(path).catch(() => undefined);
  // Opening a pipe or a device may wait for a reader.
  if (existing && !existing.isFile() && !existing.isDirectory()) return access(path, constants.W_OK);
  const handle = await open(path, 'a');
  await handle.close();
  if (!existing) await unlink(await realpath(path));
}

function describeFileError(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  if (path === '') return 'it has no name';
  if (code === 'ENOENT' && !existsSync(dirname(path))) return `there is no folder ${dirname(path)}`;
  if (code === 'EISDIR') return 'it is a folder';
  if (code === 'EACCES' || code === 'EPERM') return 'this user may not write there';
  if (code === 'EROFS') return 'it is on a read-only file system';
  return error instanceof Error ? error.message : String(error);
}
