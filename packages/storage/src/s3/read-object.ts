import { Readable } from 'node:stream';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import type { BlobStat, ByteRange } from '../blob-store.ts';
import { hasCode, isMissing, type S3, S3Error } from './s3-client.ts';

/** The bytes of an object, and what is known of it. */
export interface S3Object extends Pick<BlobStat, 'size' | 'version'> {
  /** Must be read to its end or cancelled. */
  readonly bytes: ReadableStream<Uint8Array>;
}

/** What S3 says of an object in headers. The version is the entity tag, which depends on the bytes. */
export function toBlobStat(headers: {
  readonly ContentLength?: number | undefined;
  readonly LastModified?: Date | undefined;
  readonly ETag?: string | undefined;
}): BlobStat {
  const { ContentLength: size, LastModified: modifiedAt, ETag } = headers;
  if (size === undefined || modifiedAt === undefined || ETag === undefined)
    throw new Error('S3 answered without content-length, last-modified or etag');
  return { size, modifiedAt, version: ETag.replace(/[^\w-]/g, '') };
}

/** Opens an object, or a range of it, for reading; undefined if there is none. */
export async function readObject(
  s3: S3,
  Key: string,
  range?: ByteRange,
  signal?: AbortSignal,
): Promise<S3Object | undefined> {
  const command = new GetObjectCommand({
    Bucket: s3.bucket,
    Key,
    ...(range && { Range: `bytes=${range.start}-${range.end}` }),
  });
  try {
    const response = await s3.call('GetObject', (options) => s3.client.send(command, options), { signal });
    const { Body } = response;
    if (!(Body instanceof Readable)) throw new Error('S3 GetObject gave no stream');
    return { ...toBlobStat(response), bytes: toWebStream(Body, s3.timeouts.idleMs) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    // The range begins after the last byte.
    if (hasCode(error, 'InvalidRange')) return { size: 0, version: '', bytes: new Blob([]).stream() };
    throw error;
  }
}

/**
 * Streams a response's body as it is asked for. Fails if S3 sends nothing for so long while more is wanted: a reader that
 * is slow has no limit.
 */
function toWebStream(body: Readable, idleMs: number): ReadableStream<Uint8Array> {
  const iterator: AsyncIterator<Uint8Array> = body[Symbol.asyncIterator]();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const timer = setTimeout(() => {
          body.destroy(new S3Error('GetObject', 'Timeout', `: no bytes within ${idleMs} ms`, undefined));
        }, idleMs);
        try {
          const next = await iterator.next();
          if (next.done) controller.close();
          else controller.enqueue(next.value);
        } finally {
          clearTimeout(timer);
        }
      },
      cancel() {
        body.destroy();
      },
    },
    { highWaterMark: 0 },
  );
}
