import { type Failure, fail, isFailure } from '@restage/errors';
import type { Call } from '../../pipeline/pipeline.ts';
import { parseJson } from './parse-json.ts';

/**
 * Reads a request's body as JSON, and never keeps more than `maxBytes` of it in memory.
 * @param largeStrings receives the data: URIs that are too long for strings
 * @returns the parsed value; `undefined` for an empty body
 */
export async function readJson(
  request: Request,
  maxBytes: number,
  largeStrings: Map<string, Uint8Array>,
): ReturnType<Call['read']> {
  const bytes = await readBytes(request, maxBytes).catch(toTruncatedBodyFailure);
  if (isFailure(bytes)) return bytes;
  if (bytes.byteLength === 0) return { value: undefined };
  const value = parseJson(bytes, largeStrings);
  return isFailure(value) ? value : { value };
}

/** If a client disconnects before the end of its body, that is not an error of the server. */
function toTruncatedBodyFailure(error: unknown): Failure<'INVALID_REQUEST'> {
  if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
  return fail('INVALID_REQUEST', 'The connection closed before the whole body was received.');
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer | Failure<'PAYLOAD_TOO_LARGE'>> {
  const tooLarge = () =>
    fail(
      'PAYLOAD_TOO_LARGE',
      `The body must be at most ${maxBytes} bytes. Upload large files, and send their URI instead.`,
    );
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) return tooLarge();
  // If the length is declared, one buffer is enough, and the body is never in memory twice.
  let buffer = Buffer.allocUnsafe(Number.isSafeInteger(declared) && declared > 0 ? declared : 16_384);
  let size = 0;
  for await (const chunk of request.body ?? []) {
    if (size + chunk.byteLength > maxBytes) return tooLarge();
    if (size + chunk.byteLength > buffer.byteLength) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, 2 * (size + chunk.byteLength)));
      buffer.copy(larger, 0, 0, size);
      buffer = larger;
    }
    buffer.set(chunk, size);
    size += chunk.byteLength;
  }
  return buffer.subarray(0, size);
}
