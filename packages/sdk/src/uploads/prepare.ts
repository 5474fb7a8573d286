import { clientError } from '../errors/client-error.ts';
import type { RestageError } from '../errors/restage-error.ts';
import { readFileBlob } from '../files.ts';
import { err, type Outcome, ok } from '../result.ts';
import { attempt } from '../transport/attempt.ts';
import { type Bytes, blobOf } from './put.ts';
import { type Extension, sniff, sniffedBytes } from './sniff.ts';
import { toUploadName } from './upload-name.ts';

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
 * @returns the footage; FILE_FAILED for a path or a stream that can't be read, or ABORTED
 */
export async function prepareFootage(footage: Footage, signal?: AbortSignal) {
  if (footage instanceof URL || typeof footage === 'string') {
    const text = String(footage);
    if (schemes.test(text)) return ok<PreparedFootage>({ uri: text, type: typeOfUri(text) });
    const file = await readFileBlob(footage);
    return file.ok ? named(file.value, baseName(text)) : file;
  }
  if (footage instanceof Blob) return named(footage, 'name' in footage ? String(footage.name) : '');
  if (footage instanceof ReadableStream || Symbol.asyncIterator in footage) {
    const stream = await collected(footage, signal);
    return stream.ok ? named(stream.value, '') : stream;
  }
  return named(blobOf(footage), '');
}

/** Bytes by a name that the server takes: their own, if it ends as it must, or one after what they are. */
async function named(blob: Blob, name: string) {
  const sniffed = sniff(new Uint8Array(await blob.slice(0, sniffedBytes).arrayBuffer()));
  const known = typeOfName(name);
  const type = sniffed ? typeOf(sniffed) : known;
  const [stem = '', extension = ''] = /^(.*?)(\.[^.]*)?$/s.exec(name)?.slice(1) ?? [];
  if (known) return ok<PreparedFootage>({ blob, filename: toUploadName(stem, extension), type });
  if (sniffed) return ok<PreparedFootage>({ blob, filename: toUploadName(stem, `.${sniffed}`), type });
  // The server says what is wrong with it, in the words of its INVALID_FILENAME.
  return ok<PreparedFootage>({ blob, filename: name || 'footage', type });
}

type Stream = ReadableStream<Uint8Array> | AsyncIterable<Uint8Array>;

/** A stream to its end, or until the signal aborts: then it is let go of. */
async function collected(stream: Stream, signal: AbortSignal | undefined) {
  const { next, release } = readerOf(stream);
  const chunks: Blob[] = [];
  for (;;) {
    const read = await attempt(() => reading(next), Number.POSITIVE_INFINITY, signal);
    if (!read.ok) {
      release();
      return read;
    }
    if (read.value.done) return ok(new Blob(chunks));
    chunks.push(blobOf(read.value.value));
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

async function reading(
  next: () => Promise<IteratorResult<Uint8Array>>,
): Promise<Outcome<IteratorResult<Uint8Array>, RestageError<'FILE_FAILED'>>> {
  try {
    return ok(await next());
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return err(clientError('FILE_FAILED', `The stream can't be read: ${reason}`, { cause }));
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
