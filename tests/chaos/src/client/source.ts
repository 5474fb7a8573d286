import { makePng, pngChunk } from '@restage/media/testing';
import type { Order } from '../orders.ts';

/** More than one part of an upload to S3. */
const largeBytes = 9 * 1024 * 1024;
/** The last chunk of a PNG. */
const endBytes = 12;

/** Makes the source of an order: a picture whose bytes no other order's has. */
export function makeSource({ key, sourceKind }: Pick<Order, 'key' | 'sourceKind'>): Buffer {
  const png = makePng(8, 8);
  const text = `${key} `;
  const extra = sourceKind === 'large-upload' ? Buffer.alloc(largeBytes, text) : Buffer.from(text);
  return Buffer.concat([png.subarray(0, -endBytes), pngChunk('chAs', extra), png.subarray(-endBytes)]);
}
