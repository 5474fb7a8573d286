import { closeSync, openSync } from 'node:fs';
import { readJpeg } from './images/jpeg.ts';
import { readPng } from './images/png.ts';
import { readWebp } from './images/webp.ts';
import { probeMovie } from './probe-movie.ts';
import type { ProbeRequest, ProbeResult } from './protocol.ts';
import { DamagedFileError, MissingBytesError, openReader, type Reader } from './reader.ts';
import { sniff, sniffedBytes } from './sniff.ts';

const imageReaders = { png: readPng, jpeg: readJpeg, webp: readWebp };

/** Probes a local file. Runs in the child process, because the file is untrusted. */
export function probeFile(request: ProbeRequest): ProbeResult {
  const descriptor = openSync(request.path, 'r');
  const reader = openReader(descriptor, request.size, request.present);
  try {
    return probeWithReader(reader);
  } catch (error) {
    if (error instanceof MissingBytesError) return { kind: 'missing', range: error.range };
    if (error instanceof DamagedFileError) return { kind: 'unknown', why: error.message };
    // Buffers throw this if a box is too short for its fields.
    if (error instanceof RangeError) return { kind: 'unknown', why: 'one of its boxes is cut short' };
    throw error;
  } finally {
    closeSync(descriptor);
  }
}

function probeWithReader(reader: Reader): ProbeResult {
  const sniffed = sniff(reader.read(0, Math.min(sniffedBytes, reader.size)));
  if (sniffed === undefined) return { kind: 'unknown', why: 'its bytes are of no known type' };
  if ('unsupported' in sniffed) return { kind: 'unsupported', what: sniffed.unsupported };
  const format = sniffed.accepted;
  if (format === 'movie') return probeMovie(reader);
  const { width, height } = imageReaders[format](reader);
  return { kind: 'probed', probe: { type: 'image', format, width, height, frames: 1, bytes: reader.size } };
}
