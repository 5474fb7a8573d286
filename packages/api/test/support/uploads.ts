import { crc32, deflateSync } from 'node:zlib';
import type { Upload } from '@restage/contract';
import type { Transport } from '@restage/testing/support';

/** Uploads bytes through a transport, and returns their URI. */
export async function upload(
  transport: Transport,
  key: string,
  filename: string,
  bytes: BodyInit,
): Promise<string> {
  const target = await createUpload(transport, key, filename);
  const response = await fetch(target.upload_url, { method: 'PUT', body: bytes });
  if (response.status !== 200)
    throw new Error(`PUT failed with ${response.status}: ${await response.text()}`);
  return target.beeble_uri;
}

/** Creates an upload without its bytes. */
export async function createUpload(transport: Transport, key: string, filename: string): Promise<Upload> {
  const outcome = await transport.call('uploads.create', { filename }, key);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.output;
}

/** Creates a black grayscale PNG of any size. Its file is small. */
export function blackPng(width: number, height: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((width + 1) * height));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    createChunk('IHDR', header),
    createChunk('IDAT', rows),
    createChunk('IEND', Buffer.alloc(0)),
  ]);
}

function createChunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const chunk = Buffer.alloc(body.length + 8);
  chunk.writeUInt32BE(data.length, 0);
  chunk.set(body, 4);
  chunk.writeUInt32BE(crc32(body), body.length + 4);
  return chunk;
}

/** Reads the size of a PNG from its header. */
export function readImageSize(png: Buffer | undefined): { width: number; height: number } {
  return { width: png?.readUInt32BE(16) ?? 0, height: png?.readUInt32BE(20) ?? 0 };
}
