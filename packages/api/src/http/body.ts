import { type Failure, fail, isFailure } from '@restage/errors';
import type { Call } from '../pipeline.ts';
import { parseJson } from './json.ts';

/**
 * Reads a request's body as JSON, without ever holding more than `maxBytes` of it.
 * @param attachments gets the data: URIs that are too long to make strings of
 * @returns the value `undefined` for an empty body
 */
export async function readJson(
  request: Request,
  maxBytes: number,
  attachments: Map<string, Uint8Array>,
): ReturnType<Call['read']> {
  const bytes = await readBytes(request, maxBytes).catch(failWhenCutOff);
  if (isFailure(bytes)) return bytes;
  if (bytes.byteLength === 0) return { value: undefined };
  const value = parseJson(bytes, attachments);
  return isFailure(value) ? value : { value };
}

/** A client that stops in the middle of its body is at fault, not the server. */
function failWhenCutOff(error: unknown): Failure<'INVALID_REQUEST'> {
  if (!(error instanceof Error && 'code' in error && error.code === 'ECONNRESET')) throw error;
  return fail('INVALID_REQUEST', 'The body ended before all of it had come.');
}

async function readBytes(request: Request, maxBytes: number): Promise<Buffer | Failure<'PAYLOAD_TOO_LARGE'>> {
  const tooLarge = () =>
    fail(
      'PAYLOAD_TOO_LARGE',
      `The body may be at most ${maxBytes} bytes. Upload large footage and send its URI instead.`,
    );
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) return tooLarge();
  // A body of a declared length is gathered in one place, so that it never stands in memory twice.
  let gathered = Buffer.allocUnsafe(Number.isSafeInteger(declared) && declared > 0 ? declared : 16_384);
  let size = 0;
  for await (const chunk of request.body ?? []) {
    if (size + chunk.byteLength > maxBytes) return tooLarge();
    if (size + chunk.byteLength > gathered.byteLength) {
      const larger = Buffer.allocUnsafe(Math.min(maxBytes, 2 * (size + chunk.byteLength)));
      gathered.copy(larger, 0, 0, size);
      gathered = larger;
    }
    gathered.set(chunk, size);
    size += chunk.byteLength;
  }
  return gathered.subarray(0, size);
}
