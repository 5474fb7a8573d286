import { closeSync, fstatSync, openSync } from 'node:fs';
import { DamagedFileError, openReader } from '../probe/reader.ts';
import { type Movie, readMovie, type UnsupportedMovie } from './movie.ts';

/** Reads what the video of a local MP4 or MOV is. See {@link readMovie}. */
export function readMovieFile(path: string): Movie | UnsupportedMovie | 'damaged' {
  const descriptor = openSync(path, 'r');
  try {
    const { size } = fstatSync(descriptor);
    return readMovie(openReader(descriptor, size, [{ start: 0, end: size }]));
  } catch (error) {
    // A buffer throws a RangeError when a box is too short for what it has to hold.
    if (error instanceof DamagedFileError || error instanceof RangeError) return 'damaged';
    throw error;
  } finally {
    closeSync(descriptor);
  }
}
