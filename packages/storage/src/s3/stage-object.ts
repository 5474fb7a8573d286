import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  PutObjectCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import { abortable } from '../abortable.ts';
import type { BlobStore, StagedBlob, WriteOptions } from '../blob-store.ts';
import { tooLarge } from '../write.ts';
import type { S3 } from './s3-client.ts';

/** A longer stream goes to S3 in parts of this size, and this much of it is in memory. S3 takes no part below 5 MiB. */
const minPartBytes = 8 * 1024 * 1024;

/** The most parts that S3 makes an object of. */
const maxParts = 10_000;

/**
 * Receives a stream as the parts of a multipart upload, which are nobody's object until the commit. What fits in one part
 * stays in memory until then.
 */
export function createStage(s3: S3, toObjectKey: (key: string) => string): BlobStore['stage'] {
  return async (key, bytes, { maxBytes, signal }) => {
    const objectKey = toObjectKey(key);
    const partBytes = Math.max(minPartBytes, Math.ceil(Math.min(maxBytes, 2 ** 43) / maxParts));
    const upload = createUpload(s3, objectKey, signal);
    const buffer = new PartBuffer(partBytes);
    let size = 0;
    try {
      for await (const chunk of abortable(bytes, signal)) {
        size += chunk.byteLength;
        if (size > maxBytes) {
          await upload.abort();
          return tooLarge(maxBytes);
        }
        for (let rest = chunk; rest.byteLength > 0; ) {
          rest = buffer.fill(rest);
          if (rest.byteLength > 0) await upload.addPart(buffer.take());
        }
      }
      if (upload.hasBegun) await upload.addPart(buffer.take());
    } catch (error) {
      await upload.abort();
      throw error;
    }
    return upload.hasBegun ? upload.toStaged(size) : stageInMemory(s3, objectKey, buffer.take());
  };
}

/** The bytes of the next part. Its memory is used for every part in turn, and grows to what the stream needs. */
class PartBuffer {
  readonly #maxBytes: number;
  #bytes = Buffer.allocUnsafeSlow(256 * 1024);
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** Takes as many bytes as there is room for. @returns the rest */
  fill(chunk: Uint8Array): Uint8Array {
    const taken = Math.min(chunk.byteLength, this.#maxBytes - this.#length);
    const needed = this.#length + taken;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafeSlow(
        Math.min(this.#maxBytes, Math.max(needed, 2 * this.#bytes.length)),
      );
      this.#bytes.copy(grown, 0, 0, this.#length);
      this.#bytes = grown;
    }
    this.#bytes.set(chunk.subarray(0, taken), this.#length);
    this.#length = needed;
    return chunk.subarray(taken);
  }

  /** The bytes, which are valid until the next `fill`. */
  take(): Buffer {
    const part = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return part;
  }
}

function stageInMemory(s3: S3, Key: string, Body: Buffer): StagedBlob {
  return {
    size: Body.length,
    async commit() {
      const command = new PutObjectCommand({ Bucket: s3.bucket, Key, Body });
      await s3.call('PutObject', (options) => s3.client.send(command, options));
    },
    discard: async () => {},
  };
}

/** A multipart upload, which begins with its first part. */
function createUpload(s3: S3, Key: string, signal: WriteOptions['signal']) {
  const { client, bucket: Bucket } = s3;
  const Parts: { readonly PartNumber: number; readonly ETag: string | undefined }[] = [];
  let UploadId: string | undefined;

  async function begin(): Promise<string> {
    const command = new CreateMultipartUploadCommand({ Bucket, Key });
    const begun = await s3.call('CreateMultipartUpload', (options) => client.send(command, options), {
      signal,
    });
    if (begun.UploadId === undefined) throw new Error('S3 CreateMultipartUpload gave no upload id');
    return begun.UploadId;
  }

  async function abort(): Promise<void> {
    if (UploadId === undefined) return;
    const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    UploadId = undefined;
    // If S3 does not answer this either, the parts are removed with the abandoned writes.
    await s3.call('AbortMultipartUpload', (options) => client.send(command, options)).catch(() => undefined);
  }

  return {
    get hasBegun() {
      return UploadId !== undefined;
    },

    async addPart(Body: Buffer): Promise<void> {
      UploadId ??= await begin();
      const PartNumber = Parts.length + 1;
      const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body });
      const { ETag } = await s3.call('UploadPart', (options) => client.send(command, options), {
        signal,
        timeoutMs: s3.timeouts.partMs,
      });
      Parts.push({ PartNumber, ETag });
    },

    abort,

    toStaged: (size: number): StagedBlob => ({
      size,
      async commit() {
        const command = new CompleteMultipartUploadCommand({
          Bucket,
          Key,
          UploadId,
          MultipartUpload: { Parts },
        });
        await s3.call('CompleteMultipartUpload', (options) => client.send(command, options));
        UploadId = undefined;
      },
      discard: abort,
    }),
  };
}
