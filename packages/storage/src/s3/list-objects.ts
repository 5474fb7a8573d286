import {
  AbortMultipartUploadCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
} from '@aws-sdk/client-s3';
import { hasCode, type S3 } from './s3-client.ts';

/** Lists the names of every object whose name begins with `Prefix`, page by page. */
export async function* listObjects(s3: S3, Prefix: string): AsyncGenerator<string> {
  for await (const { Contents = [] } of listPages(s3, { Prefix })) {
    for (const { Key } of Contents) if (Key !== undefined) yield Key;
  }
}

/** Lists what is between `Prefix`, which ends in a slash, and the next slash or the end of a name, each once. */
export async function* listNames(s3: S3, Prefix: string): AsyncGenerator<string> {
  for await (const { Contents = [], CommonPrefixes = [] } of listPages(s3, { Prefix, Delimiter: '/' })) {
    for (const { Key } of Contents) if (Key !== undefined) yield Key.slice(Prefix.length);
    for (const folder of CommonPrefixes)
      if (folder.Prefix !== undefined) yield folder.Prefix.slice(Prefix.length, -1);
  }
}

async function* listPages(s3: S3, query: { readonly Prefix: string; readonly Delimiter?: string }) {
  for (let ContinuationToken: string | undefined; ; ) {
    const command = new ListObjectsV2Command({ Bucket: s3.bucket, ContinuationToken, ...query });
    const page = await s3.call('ListObjectsV2', (options) => s3.client.send(command, options));
    yield page;
    ContinuationToken = page.NextContinuationToken;
    if (!page.IsTruncated || ContinuationToken === undefined) return;
  }
}

/**
 * Aborts the multipart uploads under `Prefix` that began before a moment. @returns how many; 0 if the server can't list
 * them, as some that speak S3's protocol can't
 */
export async function abortUploads(s3: S3, Prefix: string, before: Date): Promise<number> {
  let aborted = 0;
  try {
    for await (const { Key, UploadId, Initiated } of listUploads(s3, Prefix)) {
      if (Initiated === undefined || Initiated >= before) continue;
      const command = new AbortMultipartUploadCommand({ Bucket: s3.bucket, Key, UploadId });
      await s3.call('AbortMultipartUpload', (options) => s3.client.send(command, options));
      aborted += 1;
    }
  } catch (error) {
    if (!hasCode(error, 'NotImplemented')) throw error;
  }
  return aborted;
}

async function* listUploads(s3: S3, Prefix: string) {
  for (let markers: { KeyMarker?: string | undefined; UploadIdMarker?: string | undefined } = {}; ; ) {
    const command = new ListMultipartUploadsCommand({ Bucket: s3.bucket, Prefix, ...markers });
    const page = await s3.call('ListMultipartUploads', (options) => s3.client.send(command, options));
    yield* page.Uploads ?? [];
    markers = { KeyMarker: page.NextKeyMarker, UploadIdMarker: page.NextUploadIdMarker };
    if (!page.IsTruncated || page.NextKeyMarker === undefined) return;
  }
}
