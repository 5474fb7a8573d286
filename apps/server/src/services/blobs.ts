import { join } from 'node:path';
import { type BlobStore, openDiskStore, openS3Store } from '@restage/storage';
import { toS3Options } from '../settings/s3.ts';
import type { ServerSettings } from '../settings/settings.ts';

/**
 * Opens the blob store of the settings: a bucket, or a folder of the data directory.
 * @param directory the data directory, which also has the folder for local files of this process
 */
export function openBlobStore(settings: ServerSettings, directory: string): Promise<BlobStore> {
  const s3 = toS3Options(settings);
  return s3
    ? openS3Store({ ...s3, scratchDirectory: join(directory, 'work') })
    : openDiskStore(join(directory, 'blobs'));
}
