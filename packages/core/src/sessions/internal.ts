import type { Context } from '../context.ts';

/** Random bytes of a session's token and of a ticket: 256 bits. */
const secretBytes = 32;

/** Makes a token or a ticket. It is given out once: only its hash is stored. */
export function createSecret(ctx: Pick<Context, 'random'>): string {
  return Buffer.from(ctx.random(new Uint8Array(secretBytes))).toString('base64url');
}
