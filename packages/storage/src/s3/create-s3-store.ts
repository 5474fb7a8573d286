import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, rm, stat as statFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import {
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';
import type { BlobStore } from '../blob-store.ts';
import { isKeySegment, parseKey } from '../key.ts';
import { createWrite, settleAll } from '../write.ts';
import { abortUploads, listNames, listObjects } from './list-objects.ts';
import { readObject, type S3Object, toBlobStat } from './read-object.ts';
import { createS3, isMissing, type S3Location, type S3Timeouts } from './s3-client.ts';
import { createStage } from './stage-object.ts';

export interface S3StoreOptions extends S3Location {
  /** Where this process keeps the local files that it lends; made when needed. Files of a killed process stay there. */
  readonly scratchDirectory: string;
  /** Whether clients download from S3, with signed URLs. */
  readonly hasDirectDownloads?: boolean;
  readonly timeouts?: Partial<S3Timeouts>;
}

/** The object that is written to see whether the bucket takes objects: no key can be its name. */
const probeName = '.probe';

const downloadSeconds = 3600;

/** Creates the store that `openS3Store` gives. */
export function createS3Store(options: S3StoreOptions): BlobStore {
  const { scratchDirectory, hasDirectDownloads = false, timeouts, ...location } = options;
  const s3 = createS3(location, timeouts);
  const { client, bucket: Bucket } = s3;
  const toObjectKey = (key: string) => s3.toObjectKey(parseKey(key).join('/'));
  const stage = createStage(s3, toObjectKey);
  const write = createWrite(stage);

  async function moveAll(files: Readonly<Record<string, string>>): Promise<void> {
    const entries = Object.entries(files);
    await settleAll(
      entries.map(async ([key, path]) => {
        toObjectKey(key);
        const { size } = await statFile(path);
        await write(key, createReadStream(path), { maxBytes: size });
      }),
    );
    await settleAll(entries.map(([, path]) => rm(path)));
  }

  async function removeObject(Key: string): Promise<void> {
    const command = new DeleteObjectCommand({ Bucket, Key });
    await s3.call('DeleteObject', (given) => client.send(command, given));
  }

  /** A missing bucket and a missing object look the same to HEAD. */
  async function requireBucket(): Promise<void> {
    const command = new HeadBucketCommand({ Bucket });
    await s3.call('HeadBucket', (given) => client.send(command, given));
  }

  async function probeWrite(): Promise<void> {
    const command = new PutObjectCommand({ Bucket, Key: s3.toObjectKey(probeName), Body: '.' });
    const timeoutMs = s3.timeouts.checkMs;
    await s3.call('PutObject', (given) => client.send(command, given), { timeoutMs });
  }

  return {
    stage,
    write,
    moveIn: (key, path) => moveAll({ [key]: path }),
    moveAll,

    async stat(key) {
      const command = new HeadObjectCommand({ Bucket, Key: toObjectKey(key) });
      try {
        return toBlobStat(await s3.call('HeadObject', (given) => client.send(command, given)));
      } catch (error) {
        if (!isMissing(error)) throw error;
        await requireBucket();
        return undefined;
      }
    },

    read: async (key, range) => (await readObject(s3, toObjectKey(key), range))?.bytes,

    async withLocalFile(key, use, signal) {
      const object = await readObject(s3, toObjectKey(key), undefined, signal);
      if (!object) return undefined;
      const path = join(scratchDirectory, `blob-${randomUUID()}`);
      try {
        await saveObject(object, path, signal);
        return await use({ path, size: object.size, version: object.version });
      } finally {
        await rm(path, { force: true });
      }
    },

    remove: async (key) => removeObject(toObjectKey(key)),
    async removeFolder(folder) {
      for await (const objectKey of listObjects(s3, `${toObjectKey(folder)}/`)) await removeObject(objectKey);
    },
    list: (folder) => listKeySegments(`${toObjectKey(folder)}/`),

    async prepare(key) {
      toObjectKey(key);
      await probeWrite();
    },
    check: probeWrite,
    removeAbandonedWrites: (before) => abortUploads(s3, s3.toObjectKey(''), before),

    signDownload: hasDirectDownloads
      ? async (key, { contentType, contentDisposition }) => {
          const command = new GetObjectCommand({
            Bucket,
            Key: toObjectKey(key),
            ResponseContentType: contentType,
            ResponseContentDisposition: contentDisposition,
          });
          return getSignedUrl(client, command, { expiresIn: downloadSeconds });
        }
      : undefined,
  };

  async function* listKeySegments(prefix: string): AsyncGenerator<string> {
    for await (const name of listNames(s3, prefix)) if (isKeySegment(name)) yield name;
  }

  async function saveObject(object: S3Object, path: string, signal: AbortSignal | undefined): Promise<void> {
    await mkdir(scratchDirectory, { recursive: true });
    const file = createWriteStream(path, { flags: 'wx', mode: 0o600 });
    try {
      await pipeline(object.bytes, file, { signal });
    } catch (error) {
      signal?.throwIfAborted();
      throw error;
    }
    const { size } = await statFile(path);
    if (size !== object.size) throw new Error(`S3 sent ${size} bytes of an object of ${object.size}`);
  }
}
