import { type Failure, fail, isFailure } from '@restage/errors';

/**
 * Reads a request's body as JSON, without ever holding more than `maxBytes` of it.
 * @returns `undefined` for an empty body
 */
export async function readJson(
  request: Request,
  maxBytes: number,
): Promise<unknown | Failure<'PAYLOAD_TOO_LARGE'> | Failure<'INVALID_REQUEST'>> {
  const bytes = await readBytes(request, maxBytes);
  if (isFailure(bytes)) return bytes;
  if (bytes.byteLength === 0) return undefined;
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    // What is wrong with it is the sender's to find out; the parser's words would quote the body.
    return fail('INVALID_REQUEST', 'The body is not valid JSON in UTF-8.');
  }
}

async function readBytes(
  request: Request,
  maxBytes: number,
): Promise<Uint8Array | Failure<'PAYLOAD_TOO_LARGE'>> {
  const tooLarge = () =>
    fail(
      'PAYLOAD_TOO_LARGE',
      `The body may be at most ${maxBytes} bytes. Upload large footage and send its URI instead.`,
    );
  const declared = Number(request.headers.get('content-length') ?? 0);
  if (declared > maxBytes) return tooLarge();
  if (!request.body) return new Uint8Array();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of request.body) {
    size += chunk.byteLength;
    if (size > maxBytes) return tooLarge();
    chunks.push(chunk);
  }
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks, size);
}
