import { closeSync, openSync } from 'node:fs';
import { readJpeg } from './jpeg.ts';
import { probeMovie } from './movie.ts';
import { readPng } from './png.ts';
import { Damaged, MissingBytes, openReader, type Reader } from './reader.ts';
import { sniff, sniffedBytes } from './sniff.ts';
import type { Question, Verdict } from './verdict.ts';
import { readWebp } from './webp.ts';

const pictures = { png: readPng, jpeg: readJpeg, webp: readWebp };

/** Tells what a local file is. Runs in the child process, since `question` may name anything at all. */
export function probeFile(question: Question): Verdict {
  const descriptor = openSync(question.path, 'r');
  const reader = openReader(descriptor, question.size, question.present);
  try {
    return probe(reader);
  } catch (error) {
    if (error instanceof MissingBytes) return { kind: 'missing', range: error.range };
    if (error instanceof Damaged) return { kind: 'unknown', why: error.message };
    // A buffer throws this when a box is too short for what it has to hold.
    if (error instanceof RangeError) return { kind: 'unknown', why: 'one of its boxes is cut short' };
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function probe(reader: Reader): Verdict {
  const sniffed = sniff(reader.read(0, Math.min(sniffedBytes, reader.size)));
  if (sniffed === undefined) return { kind: 'unknown', why: 'its bytes are of no known type' };
  if ('unaccepted' in sniffed) return { kind: 'unaccepted', what: sniffed.unaccepted };
  const format = sniffed.accepted;
  if (format === 'movie') return probeMovie(reader);
  const { width, height } = pictures[format](reader);
  return { kind: 'probed', probe: { type: 'image', format, width, height, frames: 1, bytes: reader.size } };
}
