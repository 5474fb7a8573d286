import { type Movie, readMovie } from '../../../src/movie/movie.ts';
import { DamagedFileError } from '../../../src/probe/reader.ts';

/** Reads a movie that is in memory. Throws for one that is not taken. */
export function readMovieBytes(bytes: Buffer): Movie {
  const movie = readMovie({
    size: bytes.length,
    read(position, length) {
      if (position < 0 || position + length > bytes.length) throw new DamagedFileError('it ends too early');
      return bytes.subarray(position, position + length);
    },
  });
  if ('unsupported' in movie) throw new Error(`it is ${movie.unsupported}`);
  return movie;
}
