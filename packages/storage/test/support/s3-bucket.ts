import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import S3rver from '@20minutes/s3rver';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  S3Client,
} from '@aws-sdk/client-s3';
import type { BlobStore } from '../../src/blob-store.ts';
import { openS3Store } from '../../src/open-s3-store.ts';
import type { S3StoreOptions } from '../../src/s3/create-s3-store.ts';
import { adaptS3rver, openS3Proxy, type S3Proxy } from './s3-proxy.ts';

/** A bucket of s3rver behind a proxy that can make it fail. */
export interface TestBucket {
  /** How to open a store in the bucket. */
  readonly options: S3StoreOptions;
  readonly proxy: S3Proxy;
  close(): Promise<void>;
}

const bucket = 'restage';

/** Sets the only credentials that s3rver knows, which the chain of the AWS SDK finds. */
function setTestCredentials(): void {
  process.env.AWS_ACCESS_KEY_ID = 'S3RVER';
  process.env.AWS_SECRET_ACCESS_KEY = 'S3RVER';
}

/** Starts s3rver with an empty bucket. */
export async function openTestBucket(options: Partial<S3StoreOptions> = {}): Promise<TestBucket> {
  setTestCredentials();
  const directory = await mkdtemp(join(tmpdir(), 'restage-s3-'));
  await mkdir(join(directory, 'server'));
  const server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    directory: join(directory, 'server'),
    silent: true,
    allowMismatchedSignatures: true,
    configureBuckets: [{ name: bucket, configs: [] }],
  });
  const { port } = await server.run();
  const proxy = await openS3Proxy(`http://127.0.0.1:${port}`, adaptS3rver(join(directory, 'server', bucket)));
  return {
    proxy,
    options: {
      bucket,
      prefix: 'restage',
      region: 'us-east-1',
      endpoint: proxy.url,
      hasPathStyle: true,
      scratchDirectory: join(directory, 'scratch'),
      ...options,
    },
    async close() {
      await proxy.close();
      await server.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Creates a bucket in a real S3 server, and removes it with all that is in it at the end. */
export async function createBucket(
  endpoint: string,
  name: string,
): Promise<{ readonly options: S3StoreOptions; close(): Promise<void> }> {
  setTestCredentials();
  const scratchDirectory = await mkdtemp(join(tmpdir(), 'restage-s3-'));
  const options = {
    bucket: name,
    prefix: 'restage',
    region: 'us-east-1',
    endpoint,
    hasPathStyle: true,
    scratchDirectory,
  };
  const client = createClient(options);
  await client.send(new CreateBucketCommand({ Bucket: name }));
  return {
    options,
    async close() {
      for (;;) {
        const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: name }));
        if (Contents.length === 0) break;
        for (const { Key } of Contents) await client.send(new DeleteObjectCommand({ Bucket: name, Key }));
      }
      await client.send(new DeleteBucketCommand({ Bucket: name }));
      await rm(scratchDirectory, { recursive: true, force: true });
    },
  };
}

function createClient({ region, hasPathStyle, endpoint }: S3StoreOptions): S3Client {
  return new S3Client({ region, forcePathStyle: hasPathStyle, ...(endpoint !== undefined && { endpoint }) });
}

/** Lists a bucket: the last segment of each object's name, and every multipart upload that is not completed. */
export async function listBucket(options: S3StoreOptions): Promise<string[]> {
  const client = createClient(options);
  const [Bucket, Prefix] = [options.bucket, `${options.prefix}/`];
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix }));
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix }));
  const objects = Contents.map(({ Key = '' }) => Key.slice(Key.lastIndexOf('/') + 1));
  const uploads = Uploads.map(({ Key }) => `upload of ${Key}`);
  return [...objects.filter((name) => name !== '.probe'), ...uploads].toSorted();
}

/** Opens a store in a bucket of s3rver. */
export async function openTestBlobStore(
  options: Partial<S3StoreOptions> = {},
): Promise<TestBucket & { readonly store: BlobStore }> {
  const opened = await openTestBucket(options);
  return { ...opened, store: await openS3Store(opened.options) };
}
