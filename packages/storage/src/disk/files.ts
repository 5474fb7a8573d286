import { type FileHandle, open } from 'node:fs/promises';
import type { ByteRange } from '../blob-store.ts';

/** Bytes per read when a blob is streamed. */
const chunkBytes = 256 * 1024;

/** Whether a thrown value is a system error with this code, such as `ENOENT`. */
export const isSystemError = (error: unknown, code: string) =>
  error instanceof Error && 'code' in error && error.code === code;

/**
 * Writes a stream to a file that must not exist yet, and flushes it to disk.
 * @returns the bytes written; undefined as soon as there are more than `maxBytes`, with the file left incomplete
 */
export async function writeNewFile(
  path: string,
  bytes: AsyncIterable<Uint8Array>,
  maxBytes: number,
): Promise<number | undefined> {
  const file = await open(path, 'wx', 0o600);
  try {
    let size = 0;
    for await (const chunk of bytes) {
      size += chunk.byteLength;
      if (size > maxBytes) return undefined;
      await file.writeFile(chunk);
    }
    await file.datasync();
    return size;
  } finally {
    await file.close();
  }
}

/** Flushes a file, or a directory's list of names, to disk. */
export async function syncPath(path: string): Promise<void> {
  const file = await open(path);
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Streams a file, or the part of a range that lies within the file. Throws if the file can't be opened. */
export async function readFileAsStream(path: string, range?: ByteRange): Promise<ReadableStream<Uint8Array>> {
  const file = await open(path);
  let position = range?.start ?? 0;
  const end = range?.end ?? Number.POSITIVE_INFINITY;
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const chunk = await readChunk(file, position, Math.min(chunkBytes, end - position + 1));
        position += chunk.byteLength;
        if (chunk.byteLength > 0) controller.enqueue(chunk);
        if (chunk.byteLength > 0 && position <= end) return;
        await file.close();
        controller.close();
      },
      cancel: () => file.close(),
    },
    { highWaterMark: 0 },
  );
}

async function readChunk(file: FileHandle, position: number, length: number): Promise<Uint8Array> {
  if (length <= 0) return new Uint8Array();
  try {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, position);
    return buffer.subarray(0, bytesRead);
  } catch (error) {
    await file.close();
    throw error;
  }
}
