import { crc32, deflateSync } from 'node:zlib';
import type { Upload } from '@restage/contract';
import type { Door } from '../testing/suite/index.ts';

/** Uploads bytes through a door, and gives their URI. */
export async function put(door: Door, key: string, filename: string, bytes: BodyInit): Promise<string> {
  const upload = await reserve(door, key, filename);
  const answer = await fetch(upload.upload_url, { method: 'PUT', body: bytes });
  if (answer.status !== 200) throw new Error(`PUT answered ${answer.status}: ${await answer.text()}`);
  return upload.beeble_uri;
}

/** Makes an upload whose bytes are not there yet. */
export async function reserve(door: Door, key: string, filename: string): Promise<Upload> {
  const outcome = await door.call('uploads.create', { filename }, key);
  if (!outcome.ok) throw new Error(`${outcome.code}: ${outcome.message}`);
  return outcome.output;
}

/** A black PNG, grayscale, of any size: small however large it is. */
export function blackPng(width: number, height: number): Buffer<ArrayBuffer> {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 0, 0, 0, 0], 8);
  const rows = deflateSync(Buffer.alloc((width + 1) * height));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    chunk('IHDR', header),
    chunk('IDAT', rows),
    chunk('IEND', Buffer.alloc(0)),
  ]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
  const framed = Buffer.alloc(body.length + 8);
  framed.writeUInt32BE(data.length, 0);
  framed.set(body, 4);
  framed.writeUInt32BE(crc32(body), body.length + 4);
  return framed;
}

/** The size that a PNG says of itself. */
export function readImageSize(png: Buffer | undefined): { width: number; height: number } {
  return { width: png?.readUInt32BE(16) ?? 0, height: png?.readUInt32BE(20) ?? 0 };
}
