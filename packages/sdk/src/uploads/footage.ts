import { readFileBlob } from '../files.ts';
import { type Bytes, blobOf } from './put.ts';
import { type Extension, sniff, sniffedBytes } from './sniff.ts';

/**
 * Footage, however it is at hand. Text and URLs that name a place the server can fetch from (`beeble:`, `https:`,
 * `http:`, `data:`) are passed on; other text is the path of a file. A stream is read into memory first, so that a
 * dropped connection can be made good.
 */
export type Footage = string | URL | Bytes | ReadableStream<Uint8Array>;

/** Footage made ready: a URI as it is, or bytes to upload under a name. `type` is undefined where it can't be told. */
export type PreparedFootage =
  | { readonly uri: string; readonly type: 'image' | 'video' | undefined }
  | { readonly blob: Blob; readonly filename: string; readonly type: 'image' | 'video' | undefined };

const schemes = /^(beeble|https?|data):/i;

/**
 * Reads footage as far as is needed to know what it is.
 * @throws FILE_FAILED for a path that can't be read
 */
export async function prepareFootage(footage: Footage): Promise<PreparedFootage> {
  if (footage instanceof URL || typeof footage === 'string') {
    const text = String(footage);
    if (schemes.test(text)) return { uri: text, type: typeOfUri(text) };
    return named(await readFileBlob(footage), baseName(text));
  }
  if (footage instanceof Blob) return named(footage, 'name' in footage ? String(footage.name) : '');
  if (footage instanceof ReadableStream) return named(await collected(footage), '');
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

async function collected(stream: ReadableStream<Uint8Array>): Promise<Blob> {
  const chunks: Blob[] = [];
  const reader = stream.getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read())
    chunks.push(blobOf(read.value));
  return new Blob(chunks);
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
