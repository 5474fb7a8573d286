import type { FileHandle } from 'node:fs/promises';
import type { StoredFile } from '../inputs/location.ts';
import { FetchFailure } from './fetcher.ts';
import { minRangeBytes, type PartialCopy } from './partial-copy.ts';

/** Copies the beginning of a stored file into `file`. Throws errors of the store. */
export async function openStoredCopy(
  stored: StoredFile,
  file: FileHandle,
): Promise<PartialCopy | FetchFailure> {
  const { size } = stored;
  const present: PartialCopy['present'] = [];
  await file.truncate(size);

  async function fetch(start: number, end: number): Promise<undefined | FetchFailure> {
    const until = Math.min(size, Math.max(end, start + minRangeBytes));
    const bytes = await stored.read(start, until);
    if (!bytes) return new FetchFailure('the file was deleted');
    let position = start;
    for await (const chunk of bytes) {
      await file.write(chunk, 0, chunk.byteLength, position);
      position += chunk.byteLength;
    }
    if (position !== until) return new FetchFailure('the file was replaced by a shorter one');
    present.push({ start, end: until });
    return undefined;
  }

  const failure = size === 0 ? undefined : await fetch(0, minRangeBytes);
  return failure ?? { size, present, fetch };
}
