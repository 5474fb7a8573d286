import { clientError } from '../errors/client-error.ts';
import { readFileBlob } from '../files.ts';
import { attempt } from '../transport/attempt.ts';
import { type Bytes, blobOf } from './put.ts';
import { type Extension, sniff, sniffedBytes } from './sniff.ts';

/**
 * Footage, however it is at hand. Text and URLs that name a place the server can fetch from (`beeble:`, `https:`,
 * `http:`, `data:`) are passed on; other text is the path of a file. A stream, of the web's kind or of Node's, is read into
 * memory first, so that a dropped connection can be made good.
 */
export type Footage = string | URL | Bytes | ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** Footage made ready: a URI as it is, or bytes to upload under a name. `type` is undefined where it can't be told. */
export type PreparedFootage =
  | { readonly uri: string; readonly type: 'image' | 'video' | undefined }
  | { readonly blob: Blob; readonly filename: string; readonly type: 'image' | 'video' | undefined };

const schemes = /^(beeble|https?|data):/i;

/**
 * Reads footage as far as is needed to know what it is.
 * @param signal ends the reading of a stream, which may be slow or endless
 * @throws FILE_FAILED for a path or a stream that can't be read, and ABORTED
 */
export async function prepareFootage(footage: Footage, signal?: AbortSignal): Promise<PreparedFootage> {
  if (footage instanceof URL || typeof footage === 'string') {
    const text = String(footage);
    if (schemes.test(text)) return { uri: text, type: typeOfUri(text) };
    return named(await readFileBlob(footage), baseName(text));
  }
  if (footage instanceof Blob) return named(footage, 'name' in footage ? String(footage.name) : '');
  if (footage instanceof ReadableStream || Symbol.asyncIterator in footage) {
    return named(await collected(footage, signal), '');
  }
  return named(blobOf(footage), '');
}

/** Bytes by a name that the server takes: their own, if it ends as it must, or one after what they are. */
async function named(blob: Blob, name: string): Promise<PreparedFootage> {
  const extension = sniff(new Uint8Array(await blob.slice(0, sniffedBytes).arrayBuffer()));
  const known = typeOfName(name);
  if (known) return { blob, filename: name, type: extension ? typeOf(extension) : known };
  if (extension)
    return {
      blob,
      filename: `${name.replace(/\.[^.]*$/, '') || 'footage'}.${extension}`,
      type: typeOf(extension),
    };
  // The server says what is wrong with it, in the words of its INVALID_FILENAME.
  return { blob, filename: name || 'footage', type: undefined };
}

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A stream to its end, or until the signal aborts: then it is let go of. */
async function collected(stream: Stream, signal: AbortSignal | undefined): Promise<Blob> {
  const { next, release } = readerOf(stream);
  const chunks: Blob[] = [];
  try {
    for (;;) {
      const read = await attempt(() => reading(next), Number.POSITIVE_INFINITY, signal);
      if (read.done) return new Blob(chunks);
      chunks.push(blobOf(read.value));
    }
  } catch (error) {
    release();
    throw error;
  }
}

/** How a stream is read, and let go of without waiting for a chunk that may never come. */
function readerOf(stream: Stream): { next(): Promise<IteratorResult<Uint8Array>>; release(): void } {
  // Not every browser iterates over a ReadableStream.
  if (stream instanceof ReadableStream) {
    const reader = stream.getReader();
    // What failed can't be cancelled, and says so again.
    return { next: () => reader.read(), release: () => void reader.cancel().catch(() => {}) };
  }
  const iterator = stream[Symbol.asyncIterator]();
  const release = () => {
    // Node's streams; others are left to their iterator.
    if ('destroy' in stream && typeof stream.destroy === 'function') stream.destroy();
    else void iterator.return?.().catch(() => {});
  };
  return { next: () => iterator.next(), release };
}

async function reading(next: () => Promise<IteratorResult<Uint8Array>>): Promise<IteratorResult<Uint8Array>> {
  try {
    return await next();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw clientError('FILE_FAILED', `The stream can't be read: ${reason}`, { cause });
  }
}

function typeOfUri(uri: string): 'image' | 'video' | undefined {
  const media = /^data:(image|video)\//i.exec(uri)?.[1]?.toLowerCase();
  if (media === 'image' || media === 'video') return media;
  return typeOfName(uri.split(/[?#]/)[0] ?? '');
}

function typeOfName(name: string): 'image' | 'video' | undefined {
  if (/\.(png|jpe?g|webp)$/i.test(name)) return 'image';
  return /\.(mp4|mov)$/i.test(name) ? 'video' : undefined;
}

function typeOf(extension: Extension): 'image' | 'video' {
  return extension === 'mp4' || extension === 'mov' ? 'video' : 'image';
}

function baseName(path: string): string {
  const name = path.split(/[/\\]/).at(-1) ?? '';
  return path.startsWith('file:') ? decodeURIComponent(name) : name;
}
