import type { FileHandle } from 'node:fs/promises';
import { cancelBody, describeError, FetchFailure, type FetchLimits, type FetchResponse } from './fetcher.ts';

/** Yields the chunks of a response's body; if the body breaks off, yields a FetchFailure last. */
export async function* chunks(response: FetchResponse): AsyncGenerator<Buffer | FetchFailure, void, void> {
  try {
    yield* response.body as AsyncIterable<Buffer>;
  } catch (error) {
    yield new FetchFailure(describeError(error));
  } finally {
    cancelBody(response);
  }
}

/**
 * Writes a response's body to a file, from `position` on. Throws errors of the file.
 * @param maxBytes a longer body is `'too large'`, and its rest is not read
 * @returns the number of bytes written, or why the body was not received
 */
export async function writeBody(
  response: FetchResponse,
  file: FileHandle,
  { position, maxBytes, limits }: { position: number; maxBytes: number; limits: FetchLimits },
): Promise<number | 'too large' | FetchFailure> {
  const encoding = response.headers['content-encoding'] ?? 'identity';
  if (encoding !== 'identity') {
    cancelBody(response);
    return new FetchFailure(`the content encoding ${encoding}, though none was accepted`);
  }
  const started = performance.now();
  let bytes = 0;
  for await (const chunk of chunks(response)) {
    if (chunk instanceof FetchFailure) return chunk;
    if (bytes + chunk.length > maxBytes) return 'too large';
    await file.write(chunk, 0, chunk.length, position + bytes);
    bytes += chunk.length;
    const elapsedMs = performance.now() - started;
    if (elapsedMs > limits.slowBodyGraceMs && bytes < (limits.minBytesPerSecond * elapsedMs) / 1000) {
      return new FetchFailure('the body is too slow');
    }
  }
  return bytes;
}
