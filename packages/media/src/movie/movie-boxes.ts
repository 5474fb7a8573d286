import { DamagedFileError, type Reader } from '../probe/reader.ts';
import type { Fragment } from './samples/fragments.ts';

/** Boxes that a movie may have at its top level: an honest one has two for each fragment. */
const maxBoxes = 20_000;
const maxMovieBoxBytes = 32 * 1024 * 1024;

/** The boxes of a file that say what it shows. */
export interface MovieBoxes {
  readonly format: 'mp4' | 'mov';
  /** The contents of `moov`. */
  readonly movie: Buffer;
  readonly fragments: readonly Fragment[];
  /** Contents of the `sidx` boxes, and where each ends in the file. */
  readonly indexes: readonly { readonly body: Buffer; readonly end: number }[];
}

/**
 * Walks the top-level boxes of a file: as far as `moov` and the media that it is about, and to the end of the file where
 * fragments may follow. Throws DamagedFileError where a box goes beyond the file, so that what is cut short is found.
 * @param hasFragments whether a `moov` announces fragments
 */
export function readMovieBoxes(reader: Reader, hasFragments: (movie: Buffer) => boolean): MovieBoxes {
  let movie: Buffer | undefined;
  let format: 'mp4' | 'mov' = 'mov';
  let hasMedia = false;
  let isFragmented = false;
  const fragments: Fragment[] = [];
  const indexes: { body: Buffer; end: number }[] = [];
  let position = 0;
  for (
    let count = 0;
    position < reader.size && (movie === undefined || !hasMedia || isFragmented);
    count += 1
  ) {
    if (count === maxBoxes) throw new DamagedFileError(`it has more than ${maxBoxes} boxes`);
    // Some writers end a file with fewer bytes than a box has.
    if (movie !== undefined && reader.size - position < 8) break;
    const { type, size, header } = readBoxHeader(reader, position);
    const readBody = () => readContents(reader, position + header, size - header);
    if (type === 'ftyp' && size >= header + 4) format = readFormat(reader.read(position + header, 4));
    if (type === 'moov' && movie === undefined) {
      movie = readBody();
      isFragmented = hasFragments(movie);
    }
    if (type === 'moof') fragments.push({ body: readBody(), offset: position });
    if (type === 'sidx') indexes.push({ body: readBody(), end: position + size });
    hasMedia ||= type === 'mdat';
    position += size;
  }
  if (movie === undefined) throw new DamagedFileError('it has no movie header');
  if (!hasMedia) throw new DamagedFileError('it holds no media');
  return { format, movie, fragments, indexes };
}

function readBoxHeader(reader: Reader, position: number) {
  const bytes = reader.read(position, 8);
  let size = bytes.readUInt32BE(0);
  const header = size === 1 ? 16 : 8;
  if (size === 1) size = Number(reader.read(position + 8, 8).readBigUInt64BE());
  if (size === 0) size = reader.size - position;
  if (size < header) throw new DamagedFileError('one of its boxes is shorter than its header');
  if (position + size > reader.size) throw new DamagedFileError('it ends too early');
  return { type: bytes.toString('latin1', 4, 8), size, header };
}

function readContents(reader: Reader, position: number, length: number): Buffer {
  if (length > maxMovieBoxBytes) throw new DamagedFileError('one of its headers is over 32 MB');
  return reader.read(position, length);
}

/** QuickTime is what calls itself so, and what has no `ftyp` at all. */
function readFormat(brand: Buffer): 'mp4' | 'mov' {
  return brand.toString('latin1') === 'qt  ' ? 'mov' : 'mp4';
}
