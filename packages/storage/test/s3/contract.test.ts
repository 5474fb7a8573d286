import { describeBlobStore } from '../support/describe-blob-store.ts';
import { listBucket, openTestBlobStore } from '../support/s3-bucket.ts';

describeBlobStore(
  'S3',
  async () => {
    const { store, options, close } = await openTestBlobStore();
    return { store, files: () => listBucket(options), close };
  },
  64,
);
