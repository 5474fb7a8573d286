import { createClientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { readFileBlob } from '../files.ts';
import { err, type Outcome, ok } from '../result.ts';
import { withTimeout } from '../transport/timeout.ts';
import { type Bytes, toBlob } from './put.ts';
import { type Extension, sniff, sniffLength } from './sniff.ts';
import { toUploadName } from './upload-name.ts';

/**
 * An image or a video, in any form. Strings and URLs that the server can fetch (`beeble:`, `https:`, `http:`, `data:`) are
 * passed on; other strings and `file:` URLs are paths. Streams (web or Node.js) are read into memory first, so that the
 * upload can be retried.
 */
export type Uploadable = string | URL | Bytes | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A URI to pass on, or bytes to upload under a filename. `type` is undefined if it is unknown. */
export type PreparedUpload =
  | { readonly uri: string; readonly type: 'image' | 'video' | undefined }
  | { readonly blob: Blob; readonly filename: string; readonly type: 'image' | 'video' | undefined };

const schemes = /^(beeble|https?|data):/i;

/**
 * Reads an uploadable as far as needed to detect its type.
 * @param signal aborts the reading of a stream, which may be slow or endless
 * @returns the URI or bytes; FILE_FAILED if a path or stream can't be read, or ABORTED
 */
export async function prepareUpload(uploadable: Uploadable, signal?: AbortSignal) {
  if (uploadable instanceof URL || typeof uploadable === 'string') {
    const text = String(uploadable);
    if (schemes.test(text)) return ok<PreparedUpload>({ uri: text, type: getUriType(text) });
    const file = await readFileBlob(uploadable);
    return file.ok ? nameBlob(file.value, getBaseName(text)) : file;
  }
  if (uploadable instanceof Blob) {
    return nameBlob(uploadable, 'name' in uploadable ? String(uploadable.name) : '');
  }
  if (uploadable instanceof ReadableStream || Symbol.asyncIterator in uploadable) {
    const stream = await readStream(uploadable, signal);
    return stream.ok ? nameBlob(stream.value, '') : stream;
  }
  return nameBlob(toBlob(uploadable), '');
}

/** Chooses a filename that the server accepts: the blob's own, or one with the extension of the detected type. */
async function nameBlob(blob: Blob, name: string) {
  const extensionOfContent = sniff(new Uint8Array(await blob.slice(0, sniffLength).arrayBuffer()));
  const typeOfName = getNameType(name);
  const type = extensionOfContent ? getExtensionType(extensionOfContent) : typeOfName;
  const [stem = '', extension = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name)?.slice(1) ?? [];
  if (typeOfName) return ok<PreparedUpload>({ blob, filename: toUploadName(stem, extension), type });
  if (extensionOfContent) {
    return ok<PreparedUpload>({ blob, filename: toUploadName(stem, `.${extensionOfContent}`), type });
  }
  // The server rejects it with INVALID_FILENAME, whose message explains why.
  return ok<PreparedUpload>({ blob, filename: name || 'footage', type });
}

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Reads a stream to its end. If the signal aborts, the stream is released. */
async function readStream(stream: Stream, signal: AbortSignal | undefined) {
  const { next, release } = createReader(stream);
  const chunks: Blob[] = [];
  for (;;) {
    const chunk = await withTimeout(() => readChunk(next), Number.POSITIVE_INFINITY, signal);
    if (!chunk.ok) {
      release();
      return chunk;
    }
    if (chunk.value.done) return ok(new Blob(chunks));
    chunks.push(toBlob(chunk.value.value));
  }
}

/** Returns how to read a stream, and how to release it without waiting for a chunk that may never arrive. */
function createReader(stream: Stream): { next(): Promise<IteratorResult<Uint8Array>>; release(): void } {
  // Not every browser can iterate over a ReadableStream.
  if (stream instanceof ReadableStream) {
    const reader = stream.getReader();
    // Cancelling a failed stream rejects with the error that was already reported.
    return { next: () => reader.read(), release: () => void reader.cancel().catch(() => {}) };
  }
  const iterator = stream[Symbol.asyncIterator]();
  const release = () => {
    // Node.js streams have `destroy`; other iterables end through their iterator.
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
    else void iterator.return?.().catch(() => {});
  };
  return { next: () => iterator.next(), release };
}

async function readChunk(
  next: () => Promise<IteratorResult<Uint8Array>>,
): Promise<Outcome<IteratorResult<Uint8Array>, RestageError<'FILE_FAILED'>>> {
  try {
    return ok(await next());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err(createClientError('FILE_FAILED', `Could not read the stream: ${reason}`, { cause }));
  }
}

function getUriType(uri: string): 'image' | 'video' | undefined {
  const mediaType = /^data:(image|video)\//i.exec(uri)?.[1]?.toLowerCase();
  if (mediaType === 'image' || mediaType === 'video') return mediaType;
  return getNameType(uri.split(/[?#]/)[0] ?? '');
}

function getNameType(name: string): 'image' | 'video' | undefined {
  if (/\.(png|jpe?g|webp)$/i.test(name)) return 'image';
  return /\.(mp4|mov)$/i.test(name) ? 'video' : undefined;
}

function getExtensionType(extension: Extension): 'image' | 'video' {
  return extension === 'mp4' || extension === 'mov' ? 'video' : 'image';
}

function getBaseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  return path.startsWith('file:') ? decodeURIComponent(name) : name;
}
