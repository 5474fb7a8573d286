import type { FileHandle } from 'node:fs/promises';
import { describe, discard, type FetchLimits, type Incoming, Refusal } from './fetcher.ts';

/**
 * Writes a response's body to a file, from `position` on.
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
  try {
    for await (const chunk of answer.body as AsyncIterable<Buffer>) {
      if (bytes + chunk.length > atMost) return 'too large';
      await file.write(chunk, 0, chunk.length, position + bytes);
      bytes += chunk.length;
      const elapsedMs = performance.now() - started;
      if (elapsedMs > limits.dripMs && bytes < (limits.slowestBytesPerSecond * elapsedMs) / 1000) {
        return new Refusal('a slow drip');
      }
    }
    return bytes;
  } catch (error) {
    return new Refusal(describe(error));
  } finally {
    discard(answer);
  }
}
