import { closeSync, openSync } from 'node:fs';
import { readJpeg } from './jpeg.ts';
import { readMovie } from './movie.ts';
import { readPng } from './png.ts';
import { Damaged, MissingBytes, openReader, type Reader } from './reader.ts';
import { sniff, sniffedBytes } from './sniff.ts';
import type { Question, Verdict } from './verdict.ts';
import { readWebp } from './webp.ts';

const pictures = { png: readPng, jpeg: readJpeg, webp: readWebp };

/** Tells what a local file is. Runs in the child process, since `question` may name anything at all. */
export async function probeFile(question: Question): Promise<Verdict> {
  const descriptor = openSync(question.path, 'r');
  const reader = openReader(descriptor, question.size, question.present);
  try {
    return await probe(reader);
  } catch (error) {
    const missing = error instanceof MissingBytes ? error.range : reader.missing();
    if (missing) return { kind: 'missing', range: missing };
    if (error instanceof Damaged) return { kind: 'unknown', why: error.message };
    // mediabunny has no error type for damaged files: whatever else it throws says that this is one.
    return { kind: 'unknown', why: 'it is damaged' };
  } finally {
    closeSync(descriptor);
  }
}

async function probe(reader: Reader): Promise<Verdict> {
  const sniffed = sniff(reader.read(0, Math.min(sniffedBytes, reader.size)));
  if (sniffed === undefined) return { kind: 'unknown', why: 'its bytes are of no known type' };
  if ('unaccepted' in sniffed) return { kind: 'unaccepted', what: sniffed.unaccepted };
  const format = sniffed.accepted;
  if (format === 'movie') return await readMovie(reader);
  const { width, height } = pictures[format](reader);
  return { kind: 'probed', probe: { type: 'image', format, width, height, frames: 1, bytes: reader.size } };
}
