import { buffer } from 'node:stream/consumers';
import { sniff } from '@restage/media';
import type { Context } from '../context.ts';

const types = { png: 'image/png', jpeg: 'image/jpeg', webp: 'image/webp', movie: 'video/mp4' } as const;

/** The media type of a stored input, by its first bytes: whatever is no accepted picture or movie is only bytes. */
export async function findMediaType(ctx: Pick<Context, 'blobs'>, key: string): Promise<string> {
  const head = await ctx.blobs.read(key, { start: 0, end: 63 });
  const sniffed = head && sniff(await buffer(head));
  return sniffed && 'accepted' in sniffed ? types[sniffed.accepted] : 'application/octet-stream';
}
