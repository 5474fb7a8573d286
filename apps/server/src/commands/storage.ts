import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type Program, UsageError } from '@restage/cli-kit';
import { blobFolders } from '@restage/core';
import { copyBlobs, openDiskStore } from '@restage/storage';
import type { Execute } from '../command-line/report.ts';

/** `restage-server storage …` */
export function addStorage(program: Program, execute: Execute): void {
  const storage = program.command('storage').description('Move blobs between storages');
  storage
    .command('copy')
    .description('Copy the blobs of the data directory to RESTAGE_S3_BUCKET; may be repeated')
    .option('--new-only', 'trust what the bucket has with the same size and a later date')
    .action(({ newOnly }) =>
      execute(async ({ blobs }, settings) => {
        if (settings.RESTAGE_S3_BUCKET === undefined) {
          throw new UsageError('RESTAGE_S3_BUCKET must name the bucket to copy to; it is not set.');
        }
        const directory = join(resolve(settings.RESTAGE_DATA_DIR), 'blobs');
        if (!existsSync(directory)) {
          throw new UsageError(
            `RESTAGE_DATA_DIR must be a data directory with blobs; there is no ${directory}.`,
          );
        }
        const disk = await openDiskStore(directory);
        const options = { folders: blobFolders, newOnly: newOnly === true };
        const { failed, ...counts } = await copyBlobs(disk, blobs, options);
        return {
          kind: 'record',
          record: { ...counts, failed: failed.length },
          ...(failed.length > 0 && { note: `Copy these again:\n${failed.join('\n')}`, exitCode: 1 as const }),
        };
      }),
    );
}
