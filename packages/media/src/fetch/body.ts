import type { FileHandle } from 'node:fs/promises';
import { describe, discard, type FetchLimits, type Incoming, Refusal } from './fetcher.ts';

/** The pieces of a response's body as they come; a Refusal is the last one, when it breaks off. */
export async function* pieces(answer: Incoming): AsyncGenerator<Buffer | Refusal, void, void> {
  try {
    yield* answer.body as AsyncIterable<Buffer>;
  } catch (error) {
    yield new Refusal(describe(error));
  } finally {
    discard(answer);
  }
}

/**
 * Writes a response's body to a file, from `position` on. What goes wrong with the file is thrown.
 * @param atMost bytes; one more and it is `'too large'`, and the rest is not read
 * @returns the number of bytes written, or why the body did not arrive.
 */
export async function writeBody(
  answer: Incoming,
  file: FileHandle,
  { position, atMost, limits }: { position: number; atMost: number; limits: FetchLimits },
): Promise<number | 'too large' | Refusal> {
  const encoding = answer.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    discard(answer);
    return new Refusal(`the content encoding ${encoding}, though none was accepted`);
  }
  const started = performance.now();
  let bytes = 0;
  for await (const piece of pieces(answer)) {
    if (piece instanceof Refusal) return piece;
    if (bytes + piece.length > atMost) return 'too large';
    await file.write(piece, 0, piece.length, position + bytes);
    bytes += piece.length;
    const elapsedMs = performance.now() - started;
    if (elapsedMs > limits.dripMs && bytes < (limits.slowestBytesPerSecond * elapsedMs) / 1000) {
      return new Refusal('a slow drip');
    }
  }
  return bytes;
}
